"""Configuration management on a plain git repository of YAML files."""

__version__ = "0.1.0"
