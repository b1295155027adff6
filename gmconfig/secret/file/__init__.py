"""Sealed values in files: put there, edited, shown, merged."""
