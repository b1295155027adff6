"""`doctor`: `examining.py` asks the modules that end in `_check`, one for each thing that is looked at."""
