"""Backups: made, found again, proved by reading and by restoring, and thinned out by rules."""
