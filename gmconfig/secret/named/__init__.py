"""Secrets that have a name: their files, their kinds, when they are due, and how they are changed."""
