"""How a repository begins, and how a clone of it does.

`starting.py` is `init`, with the policy of `founding.py`; `first_use.py` says whom a clone would trust.
"""
