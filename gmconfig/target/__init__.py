"""The room of targets: where configuration goes, what is live there, and how it is replaced in one step.

`declared.py` reads `targets:` of gmconfig.yaml and selects among them, `rendering/` makes a target's files from
a commit, `formats/` are the ways to write and read them, `marker.py` is the note that a release leaves with its
content, `kind.py` what every kind of target can do, `kinds/` the kinds, `registry.py` finds the right one.
"""
