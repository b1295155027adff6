"""Who was counted, without saying who: keyed hashes, with a key that lies beside the events."""

from __future__ import annotations

import contextlib
import os
from hashlib import blake2b

from gmconfig.storage import at_once
from gmconfig.storage.files import make_folders, trouble

KEY_FILE = "unit.key"
_BYTES = 32


def hashed(key: bytes, unit: str) -> str:
    """Give a unit's name in the events.

    >>> hashed(b"k" * 32, "alice") == hashed(b"k" * 32, "alice") != hashed(b"l" * 32, "alice")
    True
    """
    return blake2b(unit.encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()


def key_of(folder: str) -> bytes:
    """Give the key of an events folder, made by whoever needs it first; all processes get the same.

    Raises:
        GmconfigError: it can be neither read nor made.
    """
    file = os.path.join(folder, KEY_FILE)
    try:
        make_folders(folder)
        if not os.path.exists(file):
            _make(file)
        with open(file, "rb", opener=at_once) as opened:
            return opened.read()[:64]
    except OSError as error:
        raise trouble(error, file) from error


def _make(file: str) -> None:
    """Put a whole key in place in one step; whoever comes second keeps the first one's."""
    temporary = f"{file}.{os.getpid()}.{os.urandom(4).hex()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, os.urandom(_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    with contextlib.suppress(FileExistsError):
        os.link(temporary, file)
    os.unlink(temporary)
