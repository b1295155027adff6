"""What SecretsManager does with people: members, grants, keys, what is signed and what is known to whom.

`methods.py` is that part of the class. `changes.py` carries out who may do what, `one_secret.py` for one secret
alone, `accepting.py` and `resetting.py` the two signed ways out; `showing.py` and `verifying.py` look, with no key
needed; `acting.py` holds a process to the user that it acts for.
"""
