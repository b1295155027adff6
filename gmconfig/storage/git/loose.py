"""Small objects written as git itself writes them, without a git process for each."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.storage.git.repository import Repository

_MODE = 0o444  # nobody changes an object


def flat_tree(repository: Repository, files: Mapping[str, bytes]) -> str | None:
    """Store some files without folders as a tree; None where that is better left to git.

    That is where objects lie elsewhere, are shared between users, or cannot be written: git says why.
    """
    if "GIT_OBJECT_DIRECTORY" in repository.environ or repository.setting("core.sharedrepository"):
        return None
    algorithm = repository.setting("extensions.objectformat") or "sha1"
    if algorithm not in ("sha1", "sha256"):
        return None
    folder = os.path.join(repository.common_dir, "objects")
    try:
        blobs = {name.encode(): _stored(folder, algorithm, b"blob", files[name]) for name in files}
        entries = (b"100644 " + name + b"\0" + bytes.fromhex(blobs[name]) for name in sorted(blobs))
        return _stored(folder, algorithm, b"tree", b"".join(entries))
    except OSError:
        return None


def _stored(folder: str, algorithm: str, kind: bytes, content: bytes) -> str:
    """Write one object under another name first: whoever finds it finds all of it."""
    import hashlib
    import zlib

    raw = b"%b %d\0" % (kind, len(content)) + content
    name = hashlib.new(algorithm, raw, usedforsecurity=False).hexdigest()
    place = os.path.join(folder, name[:2])
    path, new = os.path.join(place, name[2:]), os.path.join(place, f"tmp_obj_{os.urandom(6).hex()}")
    if os.path.exists(path):
        return name
    with suppress(FileExistsError):
        os.mkdir(place)  # and no folder above it: where a clone was moved away none comes back
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "wb") as file:
            file.write(zlib.compress(raw, 1))
        os.replace(new, path)
    except BaseException:
        _forget(new)
        raise
    return name


def _forget(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
