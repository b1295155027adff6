"""What configuration means: merge, placeholders, where values come from, how they differ, where edits go.

`merge.py`, `placeholder.py` and `diff.py` are pure; `resolve.py` joins them over a snapshot and is what the
rooms above ask. `edit.py` turns a wish into edits of files; `frozen.py` and `watch.py` serve programs that
read their configuration while it changes; `formats.py` and `environ.py` write it for others.
"""
