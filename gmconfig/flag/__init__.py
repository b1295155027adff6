"""Feature flags: the flag file, what it compiles to (flagd's definitions), and the one evaluator of those.

Written: `catalogue.py` reads the flag files, `shape.py` checks them, `lint/` says what is pointless.
Compiled: `lowering.py` makes flagd's definitions, with `condition.py`, `split.py` and `requirement.py`; `compiled.py`
is the file. Evaluated: `flagd/` holds the definitions, deals users out and decides, `logic/` is JsonLogic; `live.py`
follows a `source.py` while a program runs. Served: `openfeature.py`, `evaluator.py`, `ofrep/`.
Changed: `movement.py`, `rebucketing.py`, `renaming.py`, `promotion.py`. Gone: `stale.py`, `settled.py`, `code/`.
Measured: `event/`, `experiment/`.
"""
