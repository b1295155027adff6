"""Feature flags: the flag file, what it compiles to (flagd's definitions), and the one evaluator of those.

Written: `catalogue.py` reads the flag files, `shape.py` checks them, `lint.py` says what is pointless.
Compiled: `lowering.py` makes flagd's definitions, with `condition.py`, `split.py` and `requirement.py`; `compiled.py`
is the file. Evaluated: `flag_set.py` holds a `definition.py` a flag, `logic/` is JsonLogic, `bucketing.py` and
`fractional.py` deal users out, `decision.py` is the answer; `live.py` follows a `source.py` while a program runs.
Served: `openfeature.py`, `evaluator.py`, `ofrep/`. Changed: `movement.py`, `rebucketing.py`, `renaming.py`,
`promotion.py`. Gone: `stale.py`, `settled.py`, `code.py`. Measured: `event/`, `experiment/`.
"""
