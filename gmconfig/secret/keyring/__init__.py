"""Who is asking: identities, where they come from, what they sign with.

`sources.py` finds one: an `identity.py` of gmconfig's own, the user's key of `ssh.py`, or a `passphrase.py`.
"""
