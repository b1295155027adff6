"""Backups at a URL: S3, SFTP and whatever else fsspec reaches; written under another name, then renamed."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

from gmconfig.errors import GmconfigError, NotFound
from gmconfig.storage.files import TEMPORARY

_INSTALL = "pip install 'gmconfig[storage]'"
_FOREIGN = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("paramiko.ssh_exception", "SSHException"),
    ("aiohttp", "ClientError"),
)
"""What the packages behind fsspec raise besides OSError and ValueError."""


class Remote:
    """A folder at a URL."""

    def __init__(self, url: str) -> None:
        self.address = url
        self.place = without_password(url)
        self._root = ""
        self._files: Any = None

    def names(self, folder: str) -> list[str]:
        """Give the names of the files of a folder, sorted."""
        with self._reported(folder):
            self._system().invalidate_cache()
            try:
                found = self._system().ls(self._path(folder), detail=False)
            except FileNotFoundError:
                return []
        names = (str(path).rstrip("/").rpartition("/")[2] for path in found)
        return sorted(name for name in names if name and not name.endswith(TEMPORARY))

    def size(self, path: str) -> int | None:
        """Give how long a file is; None where there is none."""
        with self._reported(path):
            self._system().invalidate_cache()
            try:
                return int(self._system().size(self._path(path)))
            except FileNotFoundError:
                return None

    def read(self, path: str) -> bytes:
        """Give a file's bytes."""
        with self.opened(path) as file:
            return file.read()

    @contextmanager
    def opened(self, path: str) -> Iterator[IO[bytes]]:
        """Open a file to be read piece by piece; nothing of it comes from a cache."""
        with self._reported(path):
            try:
                file = self._system().open(self._path(path), "rb", cache_type="readahead")
            except FileNotFoundError:
                raise NotFound(f'"{self.place}/{path}" is missing') from None
            with file:
                yield file

    @contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Write a file that gets its name when it is whole."""
        whole = self._path(path)
        temporary = f"{whole}.{os.urandom(6).hex()}{TEMPORARY}"
        with self._reported(path):
            files = self._system()
            files.makedirs(whole.rpartition("/")[0], exist_ok=True)
            try:
                with files.open(temporary, "wb") as file:
                    yield file
                files.mv(temporary, whole)
            except BaseException:
                self._forget(temporary)
                raise

    def remove(self, path: str) -> None:
        """Remove a file if it is there."""
        with self._reported(path), contextlib.suppress(FileNotFoundError):
            self._system().rm_file(self._path(path))

    def sweep(self) -> int:
        """Remove what writers left half-written."""
        with self._reported(""):
            files = self._system()
            files.invalidate_cache()
            left = [str(path) for path in files.find(self._root) if str(path).endswith(TEMPORARY)]
            for path in left:
                files.rm_file(path)
        return len(left)

    def _forget(self, temporary: str) -> None:
        with contextlib.suppress(*_refusals()):
            self._files.rm_file(temporary)

    def _path(self, path: str) -> str:
        self._system()
        return f"{self._root}/{path}" if path else self._root

    def _system(self) -> Any:
        if self._files is None:
            with self._reported(""):
                self._files, root = _reached(self.address, self.place)
            self._root = str(root).rstrip("/")
        return self._files

    @contextmanager
    def _reported(self, path: str) -> Iterator[None]:
        """Turn what the place refuses into our error, without the password of its URL."""
        where = f"{self.place}/{path}".rstrip("/")
        try:
            yield
        except GmconfigError:
            raise
        except _refusals() as error:
            said = " ".join(str(error).replace(self.address, self.place).split()) or type(error).__name__
            raise GmconfigError(f"{where}: {said}", hint="check the URL and its credentials") from None


def _reached(url: str, place: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs

        files, root = url_to_fs(url)
    except ImportError as error:
        raise GmconfigError(f"{place} cannot be reached: {error}", hint=_INSTALL) from None
    return files, str(root)


def without_password(url: str) -> str:
    """Give a URL as people may see it."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return urlunsplit(parts._replace(query="")) if parts.query else url
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}@{host}", query=""))


def _refusals() -> tuple[type[Exception], ...]:
    """Give what the packages raise that are loaded, besides what Python's own files raise."""
    found = [getattr(sys.modules.get(module), name, None) for module, name in _FOREIGN]
    return (OSError, ValueError, *(kind for kind in found if kind is not None))
