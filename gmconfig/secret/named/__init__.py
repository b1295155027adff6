"""Secrets that have a name: their files, their kinds, when they are due, and how they are changed.

`store.py` is the file, `changing.py` what happens to it, `generator.py` makes values. A rotation by a `hook.py` keeps
its value in `pending.py` until that is committed; `due.py` and `overdue.py` tell when one is wanted.
"""
