"""flagd's definitions, decided exactly as flagd does.

`flag_set.py` holds a `definition.py` a flag, `bucketing.py` and `fractional.py` deal users out, `decision.py` is the
answer.
"""
