"""From a wished value to edits of the one file where it belongs, and what they do everywhere.

`edit.py` is the door: `own.py` chooses the layer, `planned.py` finds the edits in it, `overlay.py` is the inverse of
merging, `wanted.py` keeps placeholders and seals, `sealing.py` seals what is new, `overriding.py` says whom a
change does not reach.
"""
