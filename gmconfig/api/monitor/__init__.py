"""ConfigMonitor (`manager.py`), and what it asks for: looking at what is watched, figures, reports."""
