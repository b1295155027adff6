"""One real place for every kind of target, as the behaviour suite and the tests of single kinds use them."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from gmconfig.target.declared import Target
from gmconfig.target.kind import Access, Kind, Release
from gmconfig.target.marker import Marker, files_digest
from gmconfig.target.registry import kind_of
from tests.target.servers import etcd, sshd

FILE = "settings.yaml"


@dataclass
class Place:
    """A target, how somebody edits it behind our back, and what else its tests must know."""

    target: Target
    root: Path
    edit: Callable[[bytes], None]
    put_by_hand: Callable[[bytes], None] | None = None
    file: str = FILE
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


def _git(*words: str, cwd: Path) -> str:
    done = subprocess.run(["git", *words], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def clone_of(bare: Path, branch: str) -> Path:
    """Give somebody else's clone, with the branch checked out."""
    clone = Path(tempfile.mkdtemp(dir=bare.parent))
    _git("clone", "-q", str(bare), str(clone), cwd=bare.parent)
    known = subprocess.run(["git", "switch", "-q", branch], cwd=clone, capture_output=True, check=False)
    if known.returncode:
        _git("switch", "-q", "--orphan", branch, cwd=clone)
    return clone


def branch_place(tmp_path: Path, folder: str = "") -> Place:
    """A project whose remote is a bare repository; Argo CD would read it there."""
    bare, repo = tmp_path / "remote.git", tmp_path / "project"
    tmp_path.mkdir(exist_ok=True)
    _git("init", "-q", "--bare", str(bare), cwd=tmp_path)
    _git("init", "-q", str(repo), cwd=tmp_path)
    (repo / "gmconfig.yaml").write_text("")
    _git("remote", "add", "origin", str(bare), cwd=repo)

    def write(content: bytes) -> None:
        clone = clone_of(bare, "env/production")
        (clone / folder).mkdir(parents=True, exist_ok=True)
        (clone / folder / FILE).write_bytes(content)
        _git("add", "-A", cwd=clone)
        _git("commit", "-qm", "a hand's work", cwd=clone)
        _git("push", "-q", "origin", "env/production", cwd=clone)

    target = Target("web", "production", "branch", secrets="omit", settings={"folder": folder})
    return Place(target, repo, write, write)


def branch_folder_place(tmp_path: Path) -> Place:
    """The same, with a folder of a branch that others use too."""
    place = branch_place(tmp_path, "apps/web")
    clone = clone_of(tmp_path / "remote.git", "env/production")
    (clone / "README.md").write_text("theirs")
    _git("add", "-A", cwd=clone)
    _git("commit", "-qm", "theirs", cwd=clone)
    _git("push", "-q", "origin", "env/production", cwd=clone)
    return place


def etcd_place(tmp_path: Path, layout: str = "document", form: str = "yaml") -> Place:
    """A prefix of its own in the real etcd that this process started."""
    server = etcd()
    prefix = f"/test/{os.urandom(6).hex()}/"
    key = {"document": FILE, "keys": "settings/port", "releases": None}[layout]

    def write(content: bytes) -> None:
        at = key or f"releases/{server.get(prefix + 'head').decode()}/{FILE}"
        server.put(prefix + at, content.removeprefix(b"port: ").strip() if layout == "keys" else content)

    def put(content: bytes) -> None:
        write(content) if key else server.put(prefix + FILE, content)

    settings = {"endpoints": [server.url], "prefix": prefix, "layout": layout}
    target = Target("web", "production", "etcd", format=form, settings=settings)
    return Place(target, tmp_path, write, put)


def etcd_keys_place(tmp_path: Path) -> Place:
    return etcd_place(tmp_path, "keys", "properties")


def etcd_releases_place(tmp_path: Path) -> Place:
    return etcd_place(tmp_path, "releases")


def _over_ssh(place: Place) -> Place:
    server = sshd()
    target = replace(place.target, kind="ssh", host=server.address, settings=server.settings)
    return replace(place, target=target)


def ssh_folder_place(tmp_path: Path) -> Place:
    return _over_ssh(folder_place(tmp_path))


def ssh_file_place(tmp_path: Path) -> Place:
    return _over_ssh(file_place(tmp_path))


@cache
def installed_example() -> Path:
    """Install the example of a kind of another package, as pip would beside gmconfig, and make it importable."""
    folder = Path(tempfile.mkdtemp(prefix="gmconfig-example-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    source = folder / "source"
    shutil.copytree(Path(__file__).parents[2] / "examples/target-kind", source)
    words = [
        "install",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(folder / "site"),
        str(source),
    ]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True, capture_output=True, text=True)
    sys.path.append(str(folder / "site"))
    return folder / "site"


def example_place(tmp_path: Path) -> Place:
    """A kind that another package brings."""
    import sqlite3

    installed_example()

    def edit(content: bytes) -> None:
        with closing(sqlite3.connect(tmp_path / "config.db", isolation_level=None)) as database:
            where = "release = (SELECT release FROM live)"
            database.execute(f"UPDATE files SET content = ? WHERE {where}", (content,))

    settings = {"options": {"database": "config.db"}}
    return Place(Target("web", "production", "sqlite", settings=settings), tmp_path, edit)


PLACES: dict[str, Callable[..., Place]] = {
    "folder": folder_place,
    "file": file_place,
    "ssh-folder": ssh_folder_place,
    "branch": branch_place,
    "etcd-document": etcd_place,
    "etcd-releases": etcd_releases_place,
    "example": example_place,
}

ALONE = ("example",)
"""Kinds that have their place to themselves: nobody else puts anything there."""
