"""Watching: events and checks become alerts, alerts reach people, and figures tell how things stand.

`look.py` gathers each `condition.py` that holds now; `lifecycle.py` moves the `alert.py` that it means, `register.py`
keeps them in the journal. `outbox.py` and `sender.py` tell each `handler.py` in one of the `forms.py`. `health.py`,
`figures.py`, `metrics.py`, `compliance/` and `report/` say how things stand.
"""
