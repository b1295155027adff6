"""Whoever can write to the place of a backup gets nothing outside of the folder that it is restored into."""

import io
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from gmconfig.api.backup.restoring import restore_elsewhere
from gmconfig.backup import contents, manifest
from gmconfig.backup.contents import Contents
from gmconfig.backup.destination import open_destination
from gmconfig.backup.uncommitted import lay_out
from gmconfig.errors import BrokenConfiguration
from gmconfig.secret import canonical
from tests.backup.conftest import backups, git, refs
from tests.deploy.fleet import Fleet


def forge(store: Path, name: str, pieces: dict[str, bytes]) -> None:
    """Replace pieces of a backup that is not sealed, as somebody would who knows the form."""
    made = open_destination(str(store)).find(name)
    kept = [piece for piece in made.pieces if piece.kind not in pieces]
    for kind, raw in pieces.items():
        (store / "objects" / f"{kind}-forged").write_bytes(raw)
        kept.append(manifest.Piece(kind, f"{kind}-forged", "", len(raw), manifest.digest_of(raw)))
    raw = manifest.as_bytes(replace(made, pieces=tuple(kept)))
    (store / "backups" / f"{made.id}.json").write_bytes(raw)


def listed(store: Path, name: str) -> Contents:
    """Read the list of contents of a backup that is not sealed."""
    piece = open_destination(str(store)).find(name).piece(manifest.CONTENTS)
    assert piece
    return contents.of_bytes((store / "objects" / piece.name).read_bytes())


COMMIT = "0" * 39 + "1"


@pytest.mark.parametrize(
    "change",
    [
        {"prefix": "../"},
        {"prefix": "/tmp"},
        {"prefix": "a/../../b"},
        {"head": "--delete"},
        {"head": "refs/heads/../../config"},
        {"refs": {"config": COMMIT}},
        {"refs": {"refs/../hooks/post-checkout": COMMIT}},
        {"refs": {"refs/heads/a\0delete refs/heads/main": COMMIT}},
        {"refs": {"refs/heads/a": "--stdin"}},
        {"refs": ["refs/heads/a"]},
        {"links": {"HEAD": "refs/heads/x"}},
        {"links": {"refs/x": "--delete"}},
        {"shallow": ["../x"]},
        {"removed": ["../../x"]},
        {"removed": [".git/config"]},
        {"commit": "--all"},
        {"object_format": "md5"},
        {"unknown": 1},
    ],
    ids=str,
)
def test_a_list_of_contents_that_reaches_out_is_damaged(change):
    tree = Contents({"refs/heads/main": COMMIT}, head="refs/heads/main").as_json() | change
    with pytest.raises(BrokenConfiguration, match="contents"):
        contents.of_bytes(canonical.dumps(tree))


def archive(*members: tuple[tarfile.TarInfo, bytes], mode: str = "w") -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=mode) as tar:  # type: ignore[call-overload]
        for info, raw in members:
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))
    return content.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    return info


def with_holes(name: str, real: str) -> tarfile.TarInfo:
    """Give a file that says in a header that it has holes, and lists none."""
    info = member(name)
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": real}
    return info


EVIL = b"#!/bin/sh\ntouch /tmp/evil\n"


ARCHIVES = (
    [(member(".git/hooks/post-checkout", mode=0o755), EVIL)],
    [(member(".GIT/config"), b"[core]\n")],
    [(member("sub/.git/config"), b"[core]\n")],
    [(member("../outside"), b"x")],
    [(member("/tmp/gmconfig-outside"), b"x")],
    [(member("out", tarfile.SYMTYPE, ".."), b""), (member("out/outside"), b"x")],
    [(member("hooks", tarfile.SYMTYPE, ".git/hooks"), b""), (member("hooks/post-checkout"), EVIL)],
    [(member("settings", tarfile.LNKTYPE, ".git/config"), b"")],
    [(member("pipe", tarfile.FIFOTYPE), b"")],
    [(member(".g\u200ci\u206ft/config"), b"[core]\n")],
    [(with_holes("sparse", "../outside"), b"x" * 10)],
)


def test_uncommitted_work_writes_nothing_but_files_of_the_working_tree(
    fleet: Fleet, store: Path, back_up, tmp_path: Path
):
    packed = archive((member("zeros"), b"\0" * 1_000_000), mode="w:gz")
    assert len(packed) < 10_000  # a few bytes must not become a full disk
    for number, raw in enumerate((packed, *(archive(*members) for members in ARCHIVES))):
        folder = tmp_path / "trees" / str(number)
        (folder / ".git").mkdir(parents=True)
        with pytest.raises(BrokenConfiguration, match="uncommitted"):
            lay_out(str(folder), raw, ())
        assert not any((folder / ".git").iterdir())
    name = back_up(fleet.root)
    forge(store, name, {manifest.UNCOMMITTED: archive(*ARCHIVES[0])})
    with pytest.raises(BrokenConfiguration, match="uncommitted"):
        restore_elsewhere(backups(None, store), name, str(tmp_path / "back" / "there"))
    assert not list(tmp_path.rglob("outside"))
    assert not (tmp_path / "back" / "there").exists()


def test_what_was_live_is_written_below_the_folder_and_into_no_git(
    fleet: Fleet, store: Path, back_up, tmp_path: Path
):
    name = back_up(fleet.root)
    for target, file in (
        ("web", "../../../outside"),
        ("../../outside", "x"),
        ("web", ".git/config"),
        ("", "/x"),
    ):
        entry = {"target": target, "environment": "production", "files": {file: {"plain": "eA=="}}}
        forge(store, name, {manifest.LIVE: canonical.dumps([entry])})
        with pytest.raises(BrokenConfiguration, match="live"):
            restore_elsewhere(backups(None, store), name, str(tmp_path / "back"), only=("live", "live/*"))
        assert not list(tmp_path.rglob("outside"))
        assert not list(tmp_path.glob("back/**/config"))
    for raw in (b"[1]", b"{}", b'[{"target":"web"}]', b'[{"files":{"a":{"plain":"?"}},"target":"web"}]'):
        forge(store, name, {manifest.LIVE: raw})
        with pytest.raises(BrokenConfiguration, match="live"):
            restore_elsewhere(backups(None, store), name, str(tmp_path / "back"), only=("live",))


def test_restored_elsewhere_runs_nothing_and_asks_nobody(
    fleet: Fleet, store: Path, back_up, tmp_path: Path, monkeypatch
):
    """Hooks and filters of the user's own configuration stay quiet; no remote is there to be asked."""
    hooks, told = tmp_path / "hooks", tmp_path / "told"
    hooks.mkdir()
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "post-merge"):
        (hooks / hook).write_text(f"#!/bin/sh\necho {hook} >> {told}\n")
        (hooks / hook).chmod(0o755)
    (fleet.root / ".gitattributes").write_text("*.bin filter=lfs\n")
    (fleet.root / "a.bin").write_bytes(b"x")
    fleet.commit("a file that a filter would fetch")
    fleet.git("remote", "add", "origin", "ssh://nobody@127.0.0.1:1/x")
    name = back_up(fleet.root)
    git(tmp_path, "config", "--global", "core.hooksPath", str(hooks))
    git(tmp_path, "config", "--global", "filter.lfs.smudge", f"sh -c 'echo smudge >> {told}; cat'")
    monkeypatch.chdir(tmp_path)
    restore_elsewhere(backups(None, store), name, str(tmp_path / "back"))
    assert not told.exists(), told.read_text()
    assert git(tmp_path / "back", "remote") == ""
    assert (tmp_path / "back" / "a.bin").read_bytes() == b"x"


def test_a_configuration_that_is_broken_comes_back_all_the_same(fleet: Fleet, store: Path, back_up, tmp_path):
    """It can be mended there; that nothing could be held is said, and no reason to lose it all."""
    good = (fleet.root / "gmconfig.yaml").read_text()
    (fleet.root / "gmconfig.yaml").write_text("targets: [\n")
    fleet.commit("broken")
    (fleet.root / "gmconfig.yaml").write_text(good)
    back_up(fleet.root)
    done = restore_elsewhere(backups(None, store), "latest", str(tmp_path / "back"))
    assert git(tmp_path / "back", "rev-parse", "HEAD") == git(fleet.root, "rev-parse", "HEAD")
    assert done.unheld
    assert "gmconfig.yaml" in done.unheld


def test_names_that_are_no_utf_8_come_back(fleet: Fleet, store: Path, back_up, tmp_path: Path):
    branch, file = b"refs/heads/caf\xe9", fleet.root / os.fsdecode(b"caf\xe9")
    file.write_text("x")
    fleet.commit("a name of another encoding")
    git(fleet.root, "update-ref", os.fsdecode(branch), "HEAD")
    file.unlink()
    for folder in (fleet.live / "web", (fleet.live / "web").resolve()):
        (folder / os.fsdecode(b"caf\xe9")).write_text("live")
    back_up(fleet.root, uncommitted=True)
    restore_elsewhere(backups(None, store), "latest", str(tmp_path / "back"))
    assert os.fsdecode(branch) in refs(tmp_path / "back")
    assert git(tmp_path / "back", "status", "--short") == git(fleet.root, "status", "--short")
