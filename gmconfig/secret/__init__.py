"""Sealed values, the keys that open them, who may do what, and the signed log of every write.

A value: `token.py` is what stands in a file, `seal.py` makes and opens it, `plaintext.py` is what is inside.
Who: `keyring/` has the keys and finds them, `access/` reads access.yaml, gives members the keys of scopes and takes
them away again. The log: `log/` has the signed writes, the policy that counts, and what follows for every token.
`grounds.py` and `vault.py` put this together for whoever reads, `file/` for whoever writes.
Around it: `named/` are the named secrets, `scan/`, `importer/` and `exporter/` the world outside.
"""
