"""Sealed values, the keys that open them, who may do what, and the signed log of every write.

A value: `token.py` is what stands in a file, `seal.py` makes and opens it, `plaintext.py` is what is inside.
Who: `identity.py` and `ssh.py` hold keys, `sources.py` finds them, `access.py` reads access.yaml into a `policy.py`,
`generation.py` and `wrapping.py` give members the keys of scopes, `key_change.py` takes them away again.
The log: `event.py` is one signed write, `ledger.py` all of them, `trust.py` the policy that counts, `standing.py`
what follows for every token. `grounds.py`, `vouching.py` and `vault.py` put this together for whoever reads,
`draft.py` for whoever writes.
Around it: `store.py` and `named.py` are the named secrets, `scan/`, `importer/` and `exporter/` the world outside.
"""
