"""A branch of rendered files, in this repository or another, for Argo CD, Flux or any other engine to pick up.

There is no marker file: what a release put there stands in its commit's message, and whether it is still so is a
comparison of tree ids. Secrets are left out, sealed, or encrypted with sops, never plain.
"""

from __future__ import annotations

from gmconfig.target.kinds.branch.branch import Branch

__all__ = ["Branch"]
