"""How a repository begins, and how a clone of it does."""
