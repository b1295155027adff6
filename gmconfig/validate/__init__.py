"""Validation: what is wrong with a project, where it stands, and how to say it.

`run.check` checks any snapshot, `cached.check` the working tree again, `warm.answer` answers if nothing
changed. `files.check_files` needs no project, `data.check_data` no file. The checks stand in
`checks/registry.py`, the report formats in `report/formats.py`, what policies can name in
`policy/functions.py`: a new one is a function and a line there.
"""
