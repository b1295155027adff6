"""The signed log of every write: its events, their order, the trust that they rest on, what they say.

`event.py` is one signed write, `ledger.py` all of them, `trust.py` the policy that counts since the `pin.py`,
`standing.py` what follows for every token, `vouching.py` whether it belongs where it stands. `verify.py` asks all of
it without a key, `exposure.py` lists what former readers know.
"""
