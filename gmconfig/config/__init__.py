"""What configuration means: merge, placeholders, where values come from, how they differ, where edits go.

`merge.py`, `placeholder.py` and `diff.py` are pure. `resolve.py` joins them over a snapshot and is what the
rooms above ask: `loaded.py` reads a layer, `origin.py` says who has a say, `evaluate.py` gives values, for
which `lookup.py` knows what names stand for.

`edit.py` turns a wish into edits: `own.py` chooses the layer, `planned.py` finds the edits in it,
`overlay.py` is the inverse of merging, `wanted.py` keeps placeholders and seals, `overriding.py` says
whom a change does not reach.

`frozen.py` and `watch.py` serve programs that read while configuration changes; `formats.py` and `environ.py`
write it for others.
"""
