"""The outside world, and nothing about configuration: YAML text, git, files, locks, journal, cache."""
