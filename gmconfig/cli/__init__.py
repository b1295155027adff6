"""Door one: the command line. One module a word; each parses, calls `api`, and renders what it gives.

`app.py` builds the word that was called, `verb.py` adds a function to it with the options that all have, and
`boundary.py` turns an error into a line and an exit code. `fast/` answers what scripts run by the thousand without
any of that. `terminal.py` is the one module that writes, `values.py` how values look, `complete.py` what Tab offers.
"""
