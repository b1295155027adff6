"""Drift as a user asks about it: found, explained, put back, adopted."""
