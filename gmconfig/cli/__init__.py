"""Door one: the command line. One module a word; each parses, calls `api`, and renders what it gives."""
