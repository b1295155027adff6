"""Live against wanted: what differs on a target, since when, who set it, and how it becomes one again."""
