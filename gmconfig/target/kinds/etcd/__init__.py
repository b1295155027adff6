"""etcd, the place for fleets: what changes becomes visible in one transaction, whatever was staged before.

Layouts: `document`, a key a file; `keys`, a key a value, only those that change; `releases`, immutable keys
below each release and a head that flips, for readers that follow it (`reader.py`).
"""

from __future__ import annotations

from gmconfig.target.kinds.etcd.etcd import Etcd

__all__ = ["Etcd"]
