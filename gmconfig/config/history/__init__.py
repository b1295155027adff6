"""How a document came to be: the moments at which it changed, and what a path was worth at each.

`moment.py` finds the commits and the files that counted, `piece.py` and `reading.py` read many versions of
a file at the cost of what changed, `value.py` looks a path up in each, `remembered.py` keeps the answers for
the next run, `change.py` finds who last changed a value in one file.
"""
