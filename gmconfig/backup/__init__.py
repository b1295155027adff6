"""Backups: made, found again, proved by reading and by restoring, and thinned out by rules.

`create.py` makes a backup of `history.py`, `live.py` and `uncommitted.py`; `manifest.py` says what is in it,
`sealing.py` who can open it, `proof.py` who made it. `store.py` keeps it in a `folder.py` or at a `remote.py`.
`check.py`, `drill.py` and `unpack.py` read it again, `retention.py` and `prune.py` thin out.
"""
