"""`init --from`: what there is becomes documents and environments, and what these share a base layer.

`finding.py` finds them; `extract.py` says what they have in common, and the other three take it out of their texts.
"""
