"""ConfigValidator, and what it asks for: checking a project, and the compliance rules that it keeps."""
