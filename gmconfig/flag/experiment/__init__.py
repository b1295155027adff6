"""Experiments: what is tried on whom, and what the numbers allow to say about it."""
