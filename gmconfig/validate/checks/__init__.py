"""The checks: one module each, from a document's view to findings; `registry` lists them."""
