"""ConfigManager, and what it asks for: reading, explaining, changing and rolling back configuration."""
