"""One real place for every kind of target, as the behaviour suite and the tests of single kinds use them."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from gmconfig.target.declared import Target
from gmconfig.target.kind import Access, Kind, Release
from gmconfig.target.marker import Marker, files_digest
from gmconfig.target.registry import kind_of

FILE = "settings.yaml"


@dataclass
class Place:
    """A target, how somebody edits it behind our back, and what else its tests must know."""

    target: Target
    root: Path
    edit: Callable[[bytes], None]
    put_by_hand: Callable[[bytes], None] | None = None
    environ: dict[str, str] = field(default_factory=dict)

    def open(self, *, take_over: bool = False, **changed) -> Kind:
        """Give the target ready to be asked; each call is a new one, as in another process."""
        access = Access(str(self.root), {**os.environ, **self.environ}, take_over=take_over)
        return kind_of(replace(self.target, **changed), access)


def release(
    number: int, content: bytes | None = None, *, fencing: int | None = None, **files: bytes
) -> Release:
    """Give a release as a deployment makes it; every number another content."""
    named = {FILE: content or b"port: %d\n" % number, **files}
    key = os.urandom(32)
    marker = Marker(
        release=f"production-{number}",
        record=f"production-{number}",
        environment="production",
        target="web",
        commit="c" * 40,
        wanted=f"{number:064x}",
        fencing=number if fencing is None else fencing,
        time=f"2026-11-22T10:00:{number % 60:02d}Z",
        tool="gmconfig",
        key=key,
        live=files_digest(key, named),
    )
    return Release(f"production-{number}", named, marker)


def deploy(kind: Kind, one: Release, *, expected: str | None = None) -> str:
    """Stage and activate."""
    kind.stage(one)
    return kind.activate(one, expected=expected)


def folder_place(tmp_path: Path) -> Place:
    path = tmp_path / "srv" / "web" / "config"

    def put(content: bytes) -> None:
        path.mkdir(parents=True)
        (path / FILE).write_bytes(content)

    return Place(Target("web", "production", path=str(path)), tmp_path, (path / FILE).write_bytes, put)


def file_place(tmp_path: Path) -> Place:
    path = tmp_path / "srv" / "web.yaml"

    def put(content: bytes) -> None:
        path.parent.mkdir(parents=True)
        path.write_bytes(content)

    return Place(Target("web", "production", file=str(path)), tmp_path, path.write_bytes, put)


PLACES: dict[str, Callable[..., Place]] = {"folder": folder_place, "file": file_place}
