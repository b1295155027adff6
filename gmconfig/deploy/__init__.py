"""From a commit to what is live, and back: plan, apply in waves, check health, restore, promote, follow.

`planning.py` makes a `plan.py`, `gate.py` says what stands in its way, `apply.py` records it and gives it to
`coordinator.py`, which brings each `change.py` about in the order of `waves.py` and asks `health.py`. `by_agent.py`
and `by_word.py` do the same for targets that an agent changes. `rollback.py`, `correction.py` and `promotion.py`
are other wishes for a plan, `unfinished.py` is for a deployment that was cut short.
"""
