"""What hooks and scripts run by the thousand: answered without typer and without building the command line.

`hot.py` reads the words, and leaves what is not plain to the whole command line, whose verbs call the same functions,
a module each (`deploy plan` and `drift detect` have theirs beside their words). Nothing costly is loaded before it is
needed; `tests/test_startup.py` holds every module to it.
"""
