"""Secrets from other tools: each reader opens a peer's file and says which of its values are secret."""
