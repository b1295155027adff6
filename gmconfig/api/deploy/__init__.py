"""Deployments as a user asks for them: planned, made, followed, promoted."""
