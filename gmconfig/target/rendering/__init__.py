"""Closed rendering: the files of a target, made from a commit and nothing else.

The process's environment has no say, so every machine renders the same bytes from the same commit; a secret
that cannot be opened here is known by its token.
"""

from __future__ import annotations

from gmconfig.target.rendering.renderer import Renderer
from gmconfig.target.rendering.rendering import Rendering

__all__ = ["Renderer", "Rendering"]
