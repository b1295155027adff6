"""What happens without anybody typing: the agent that looks after the targets of its host, and rules.

An `agent.py` makes a `tour.py` of the targets of its host at each turn of `loop.py`, and does the `work.py` that a
deployment's `order.py` asks of it; `voice.py` says how it is. `rules/` is the other half: what is done when
something happens, or at a time.
"""
