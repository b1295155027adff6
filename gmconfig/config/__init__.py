"""What configuration means: merge, placeholders, where values come from, how they differ, where edits go.

`merge.py`, `placeholder.py` and `diff.py` are pure. `resolve.py` joins them over a snapshot and is what the
rooms above ask: `loaded.py` reads a layer, `origin.py` says who has a say, `evaluate.py` gives values, for
which `lookup.py` knows what names stand for.

`editing/` turns a wish into edits, `schema/` knows what types a schema wants, `adoption/` begins with what there is,
`history/` is what was. `frozen.py` and `watch.py` serve programs that read while configuration changes; `formats.py`
and `environ.py` write it for others.
"""
