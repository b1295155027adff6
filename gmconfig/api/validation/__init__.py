"""ConfigValidator (`validator.py`), and what it asks for: checking a project, and the rules that it keeps."""
