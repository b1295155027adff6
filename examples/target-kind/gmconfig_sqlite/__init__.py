"""A kind of target for gmconfig: configuration in a SQLite database, every release a set of rows.

An application reads `SELECT name, content FROM current WHERE target = 'shop'`, in one transaction.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gmconfig.errors import BrokenConfiguration, Refused, UsageError
from gmconfig.project.names import is_name
from gmconfig.target import marker as markers
from gmconfig.target.declared import Target
from gmconfig.target.errors import Unreachable
from gmconfig.target.kind import Access, Live, Release

TABLES = """
CREATE TABLE IF NOT EXISTS releases (target, id, marker, PRIMARY KEY (target, id));
CREATE TABLE IF NOT EXISTS files (target, release, name, content, PRIMARY KEY (target, release, name));
CREATE TABLE IF NOT EXISTS live (target PRIMARY KEY, release, fencing);
CREATE VIEW IF NOT EXISTS current AS
    SELECT live.target, name, content FROM live JOIN files USING (target, release);
"""


class Sqlite:
    """One target; `options: {database: …}` says where."""

    def __init__(self, target: Target, access: Access) -> None:
        database = (target.settings.get("options") or {}).get("database")
        if not database:
            raise BrokenConfiguration(
                f'target "{target.name}" has no database', hint="options: {database: …}"
            )
        self.target = target
        self.path = Path(access.root, database)

    def read(self) -> Live:
        """Give what is live."""
        with self._database() as database:
            release, _ = self._live(database)
            if release is None:
                return Live()
            rows = database.execute(
                "SELECT name, content FROM files WHERE target = ? AND release = ?",
                (self.target.name, release),
            )
            files = {name: bytes(content) for name, content in rows}
            marker = self._marker(database, release)
        digest = markers.files_digest(marker.key, files)
        return Live(release, files, marker, digest == marker.live, digest)

    def check(self, size: int) -> list[str]:
        """Say what applying lacks."""
        folder = self.path.parent
        if not os.access(folder, os.W_OK):
            return [f'"{folder}" cannot be written']
        free = shutil.disk_usage(folder).free
        return [] if free > size else [f'"{folder}" has {free:,} bytes left, and {size:,} are needed']

    def stage(self, release: Release) -> None:
        """Put a release's rows where the view does not look."""
        if not is_name(release.id) or release.id.startswith("0"):
            raise UsageError(f'"{release.id}" cannot name a release')
        key = (self.target.name, release.id)
        with self._database() as database:
            if self._live(database)[0] == release.id:
                return
            database.execute("DELETE FROM files WHERE target = ? AND release = ?", key)
            rows = [(*key, name, content) for name, content in release.files.items()]
            database.executemany("INSERT INTO files VALUES (?, ?, ?, ?)", rows)
            database.execute(
                "INSERT OR REPLACE INTO releases VALUES (?, ?, ?)", (*key, release.marker.text())
            )

    def activate(self, release: Release, *, expected: str | None) -> str:
        """Flip: one row of one transaction."""
        with self._database() as database:
            live, fencing = self._live(database)
            if live != release.id:
                self._check(live, expected, fencing, release.marker.fencing)
                self._marker(database, release.id)
                self._flip(database, release.id, release.marker.fencing)
        return release.id

    def revert(self, to: str | None, *, expected: str | None, fencing: int) -> None:
        """Flip back."""
        with self._database() as database:
            live, highest = self._live(database)
            if live == to:
                return
            self._check(live, expected, highest, fencing)
            if to is not None:
                self._marker(database, to)
            self._flip(database, to, fencing)

    def prune(self) -> list[str]:
        """Remove old releases."""
        with self._database() as database:
            live, _ = self._live(database)
            rows = database.execute(
                "SELECT id FROM releases WHERE target = ? AND id IS NOT ? ORDER BY rowid DESC",
                (self.target.name, live),
            )
            old = [release for (release,) in rows][max(self.target.keep - 1, 0) :]
            for release in old:
                key = (self.target.name, release)
                database.execute("DELETE FROM files WHERE target = ? AND release = ?", key)
                database.execute("DELETE FROM releases WHERE target = ? AND id = ?", key)
        return old

    def close(self) -> None:
        """Nothing is held between two calls."""

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """Open the database for one transaction that others wait for."""
        try:
            database = sqlite3.connect(self.path, timeout=self.target.timeout, isolation_level=None)
            try:
                database.executescript(TABLES)
                database.execute("BEGIN IMMEDIATE")
                yield database
                database.execute("COMMIT")
            finally:
                database.close()
        except sqlite3.Error as error:
            raise Unreachable(f'target "{self.target.name}": "{self.path}": {error}') from error

    def _live(self, database: sqlite3.Connection) -> tuple[str | None, int]:
        row = database.execute(
            "SELECT release, fencing FROM live WHERE target = ?", (self.target.name,)
        ).fetchone()
        return row or (None, 0)

    def _marker(self, database: sqlite3.Connection, release: str) -> markers.Marker:
        key = (self.target.name, release)
        row = database.execute("SELECT marker FROM releases WHERE target = ? AND id = ?", key).fetchone()
        if row is None:
            raise Refused(f'target "{self.target.name}" has no release "{release}"')
        return markers.read(row[0])

    def _flip(self, database: sqlite3.Connection, release: str | None, fencing: int) -> None:
        database.execute("INSERT OR REPLACE INTO live VALUES (?, ?, ?)", (self.target.name, release, fencing))

    def _check(self, live: str | None, expected: str | None, highest: int, fencing: int) -> None:
        if fencing < highest:
            raise Refused(f'target "{self.target.name}": a newer deployment was here')
        if live != expected:
            raise Refused(f'target "{self.target.name}" has {live or "nothing"} live', hint="plan again")
