"""Deployments as a user asks for them: planned, made, followed, promoted.

`deploying.py` is the door for what changes targets, `deployments.py` for what was deployed; `job.py` is what a
program gets of one. `before_deployment.py` and `commit_status.py` are what happens on either side of it.
"""
