"""ConfigManager, and what it asks for: reading, explaining, changing and rolling back configuration.

`manager.py` is the class, `change_methods.py` its verbs that change something, `live.py` what follows files while a
program runs. A read goes through `reading.py` and `plain.py`, a change through `changing.py` or `restoring.py`, with
`edited.py` for what it tells; `explaining.py` and `differing.py` answer why, and what differs.
"""
