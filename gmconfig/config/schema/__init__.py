"""What a document's JSON Schema says of types, and a schema made from what there is.

`types.py` reads it, `typed.py` gives a text from outside its type; `infer.py` makes one from data.
"""
