"""FeatureFlagManager, and what it asks for: deciding, changing and watching feature flags and experiments.

`manager.py` is the class; `change_methods.py` and `event_methods.py` are its verbs that change flags, and those about
users. Each change ends in `deed.py`, with whom it moves from `moving.py`; `events.py` and `experiments.py` count what
programs have told, `serving.py` and `living.py` bring flags to them.
"""
