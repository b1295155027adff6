"""What was deployed and who may deploy: records, locks, holds, freezes and the agents' status, on refs.

`chain.py` keeps each `entry.py` of an environment, `ledger.py` is how a deployment writes them. `lock.py`, `hold.py`,
`freeze.py` and `quarantine.py` say what may not happen; `status.py` is what agents say. All are a
`note.py` on a ref of `names.py`, and go between clones by `exchange.py`; what the remote could not be told,
`telling.py` tells later.
"""
