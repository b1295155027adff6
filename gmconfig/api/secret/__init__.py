"""SecretsManager, and what it asks for: named secrets, sealed values in files, rotation, other tools' secrets.

`manager.py` is the class, `file_methods.py` its part about files; that about people is in
`gmconfig/api/access/`.
A named secret is read by `opening.py` and changed by `changes.py`, `rotating.py` and `rotating_many.py`; values in
files are sealed by `resealing.py` on demand, and by `sealing.py` as part of a change of configuration.
"""
