"""Who may do what with secrets: the access policy, the keys of its scopes, and changes of both.

`reading.py` reads access.yaml into a `policy.py`; `generation.py` and `wrapping.py` give members the keys of scopes,
`key_change.py` takes them away again, as `key_need.py` and `key_rights.py` decide; `amending.py` makes the edits.
`founding.py` is the first policy, `new_root.py` one after a reset.
"""
