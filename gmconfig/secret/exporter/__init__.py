"""Secrets for other tools."""
