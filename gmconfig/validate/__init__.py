"""What can be wrong, found before it is live: checks, policies, the verdict cache, report formats.

`run.py` asks the `checks/` about every `document.py` and puts a `report/` together; `listing.py` looks at files that
are no documents, `exact.py` for known secrets in plain text. `policy/` are compliance rules, `schema/` is JSON
Schema. `cached.py` asks anew only what a change can reach, and `warm.py` answers where nothing changed.
"""
