"""Sealed values in files: put there, edited, shown, merged.

`draft.py` gathers what one command seals into its one signed event. `inline.py` seals in place, `editing.py` is for
an editor, `readable.py` for `git diff`, `merging.py` for `git merge`, with `conflict.py` where it cannot.
"""
