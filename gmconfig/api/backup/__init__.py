"""Backups as a user asks for them: made, proved, restored."""
