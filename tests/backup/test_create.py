"""What is in a backup, whom it is sealed to, and what counts as one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gmconfig.api.backup.backing_up import Backups
from gmconfig.api.backup.restoring import restore_elsewhere
from gmconfig.api.workspace import Workspace
from gmconfig.backup import manifest
from gmconfig.backup.create import Asked
from gmconfig.backup.destination import open_destination
from gmconfig.backup.retention import Rules
from gmconfig.errors import GmconfigError, NotFound, Refused, UsageError
from tests.backup.conftest import backups, git, refs
from tests.deploy.fleet import Fleet

PASSWORD = b"correct-horse-battery"


def files(store: Path) -> list[Path]:
    return sorted(file for file in store.rglob("*") if file.is_file())


def pieces(store: Path, name: str) -> dict[str, str]:
    return {piece.kind: piece.name for piece in open_destination(str(store)).find(name).pieces}


def test_a_bundle_of_every_ref_can_be_cloned_by_git_alone(fleet: Fleet, store: Path, back_up, tmp_path: Path):
    git(fleet.root, "tag", "-am", "annotated", "v1")
    name = back_up(fleet.root)
    bundle = store / "objects" / pieces(store, name)[manifest.BUNDLE]
    subprocess.run(["git", "clone", "-q", str(bundle), str(tmp_path / "clone")], check=True)
    assert git(tmp_path / "clone", "rev-parse", "HEAD") == git(fleet.root, "rev-parse", "HEAD")
    heads = subprocess.check_output(["git", "bundle", "list-heads", str(bundle)], text=True)
    assert "refs/gmconfig/deployments/production" in heads
    assert "refs/tags/v1" in heads


def test_nothing_of_a_sealed_one_can_be_read(sealed: Path, store: Path, back_up):
    back_up(sealed)
    content = b"".join(file.read_bytes() for file in files(store))
    assert b"age-encryption.org" in content
    for word in (PASSWORD, b"refs/heads", b"database", b"worker.env"):
        assert word not in content


def test_whoever_opens_it_still_needs_the_scopes_key_for_what_was_live(sealed: Path, store: Path, back_up):
    from gmconfig.backup.opening import Opening

    name = back_up(sealed)
    there = backups(sealed, store)
    destination, found = there.find(name)
    raw = Opening(destination, found, there.sources).piece(manifest.LIVE)
    assert raw is not None
    [web, worker] = json.loads(raw)
    assert PASSWORD not in raw
    assert web["files"]["settings.yaml"]["scopes"] == ["default"]
    assert "plain" in web["files"]["flags.flagd.json"]
    assert worker["record"] == "production-1"


def test_the_files_are_their_owners_alone(fleet: Fleet, store: Path, back_up):
    back_up(fleet.root)
    assert {file.stat().st_mode & 0o077 for file in files(store)} == {0}
    assert {folder.stat().st_mode & 0o077 for folder in store.rglob("*") if folder.is_dir()} == {0}


def test_without_an_access_policy_it_says_that_it_is_not_sealed(fleet: Fleet, store: Path):
    done = fleet.run("backup", "create", "--to", str(store))
    assert done.returncode == 0
    assert "not sealed" in done.stdout
    assert "warning: the backup is not sealed" in done.stderr


def test_an_admin_who_only_stands_in_the_file_gets_nothing(sealed: Path, store: Path, back_up):
    """An edit of access.yaml that nobody signed adds no reader to a backup."""
    access = sealed / "access.yaml"
    eve = "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z"
    verify = "ed25519:RCPFAVu7pxiSKB9OKNhC7s7hbTR1aW4HVmYFocUhkbE="
    text = access.read_text().replace("members:\n", f'members:\n  eve: {{age: {eve}, verify: "{verify}"}}\n')
    grant = '  - {to: [eve], scopes: ["*"], may: [read, write, rotate, admin]}\n'
    access.write_text(text.replace("grants:\n", f"grants:\n{grant}"))
    git(sealed, "commit", "-qam", "eve lets herself in", "--no-verify")
    name = back_up(sealed)
    sealed_to = open_destination(str(store)).find(name).sealed_to
    assert eve not in {one["recipient"] for one in sealed_to}


def test_what_did_not_change_is_stored_once(sealed: Path, store: Path, back_up):
    first = pieces(store, back_up(sealed))
    second = pieces(store, back_up(sealed))
    same = {kind for kind in first if first[kind] == second.get(kind)}
    assert same == {manifest.BUNDLE, manifest.LIVE}  # the journal tells of the first backup
    git(sealed, "commit", "-q", "--allow-empty", "-m", "more")
    third = pieces(store, back_up(sealed))
    assert third[manifest.BUNDLE] == first[manifest.BUNDLE]
    assert manifest.SINCE in third
    assert third[manifest.LIVE] == first[manifest.LIVE]


def test_a_stored_piece_that_went_bad_is_not_taken_again(fleet: Fleet, store: Path, back_up):
    first = pieces(store, back_up(fleet.root))
    damaged = store / "objects" / first[manifest.BUNDLE]
    raw = bytearray(damaged.read_bytes())
    raw[-1] ^= 1
    damaged.write_bytes(raw)
    name = back_up(fleet.root)
    assert pieces(store, name)[manifest.BUNDLE] != first[manifest.BUNDLE]
    [checked] = backups(fleet.root, store).verify([name], read_data=True)
    assert checked.is_good


def test_another_admin_needs_it_sealed_again(sealed: Path, store: Path, back_up, monkeypatch, tmp_path):
    from gmconfig import SecretsManager
    from gmconfig.secret.keyring import identity

    bob = identity.generate()
    first = pieces(store, back_up(sealed))
    secrets = SecretsManager(root=sealed)
    secrets.add_member("bob", {"age": bob.recipient, "verify": bob.verifier})
    secrets.grant("bob", ["read", "write", "rotate", "admin"], scope="*")
    name = back_up(sealed)
    assert pieces(store, name)[manifest.LIVE] != first[manifest.LIVE]
    monkeypatch.setenv("GMCONFIG_IDENTITY", bob.text())
    assert all(step.is_good is not False for step in backups(None, store).drill(name))


def test_a_stranger_opens_nothing(sealed: Path, store: Path, back_up, monkeypatch):
    from gmconfig.errors import AccessDenied
    from gmconfig.secret.keyring import identity

    back_up(sealed)
    monkeypatch.setenv("GMCONFIG_IDENTITY", identity.generate().text())
    with pytest.raises(AccessDenied, match="sealed to"):
        list(backups(None, store).drill("latest"))


def test_a_repository_without_a_commit_has_nothing_to_back_up(tmp_path: Path, store: Path, back_up):
    git(tmp_path, "init", "-q", "empty")
    (tmp_path / "empty" / "gmconfig.yaml").write_text("{}\n")
    with pytest.raises(Refused, match="nothing to back up"):
        back_up(tmp_path / "empty")


def test_a_target_that_cannot_be_reached_is_told_and_the_rest_is_kept(tmp_path: Path, store: Path):
    fleet = Fleet(tmp_path, {"web": {"host": "elsewhere"}, "worker": {}})
    made = backups(fleet.root, store).create(Asked())
    assert [one.partition(":")[0] for one in made.lacking] == ["web"]


def test_a_shallow_clone_says_what_it_lacks(fleet: Fleet, store: Path, back_up, tmp_path: Path):
    fleet.change(20)
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{fleet.root}", "shallow")
    made = backups(tmp_path / "shallow", store).create(Asked())
    assert ["shallow" in one for one in made.lacking] == [True]
    steps = {step.name: step for step in backups(None, store).drill("latest")}
    assert steps["fsck"].is_good
    assert steps["deployed production-1"].is_good, (
        "the records came from the remote, as no clone has them by itself"
    )
    git(tmp_path / "shallow", "remote", "set-url", "origin", "/nowhere")
    made = backups(tmp_path / "shallow", store).create(Asked())
    assert ["what others have deployed" in one for one in made.lacking] == [False, True]


def test_a_backup_is_found_by_its_name_and_how_its_id_begins(fleet, store: Path, back_up, tmp_path):
    there = backups(fleet.root, store)
    with pytest.raises(NotFound) as none_yet:
        there.find("latest")
    assert f"gmconfig backup create --to {store} makes one" in none_yet.value.hint
    first, second = back_up(fleet.root, "nightly"), back_up(fleet.root, "nightly")
    assert there.find("nightly")[1].id == there.find("latest")[1].id
    assert there.find(first[:-1])[1].id == first
    with pytest.raises(UsageError):
        there.find("20")
    with pytest.raises(NotFound):
        there.find("other")
    assert {first, second} == {one.id for _, one in there.all()}
    other = Fleet(tmp_path / "other", {"web": {}})
    Backups(Workspace(root=fleet.root)).create(Asked("nightly"))
    Backups(Workspace(root=other.root)).create(Asked("nightly"))
    with pytest.raises(UsageError, match='"nightly" is in 2 places'):
        Backups(None).find("nightly")


def test_a_full_disk_leaves_nothing_that_looks_like_a_backup(fleet: Fleet, store: Path, tmp_path: Path):
    """A limit on the size of files is as close as a test comes to a full disk."""
    words = 'ulimit -f 8; exec "$@"'
    gmconfig = [sys.executable, "-m", "gmconfig"]
    command = ["bash", "-c", words, "-", *gmconfig, "backup", "create", "--to", str(store)]
    (fleet.root / "config" / "big.yaml").write_bytes(
        b"".join(b"k%d: %d\n" % (n, n**9) for n in range(20_000))
    )
    fleet.commit("big")
    done = subprocess.run(command, cwd=fleet.root, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done
    assert "Traceback" not in done.stderr
    assert open_destination(str(store)).all() == []
    assert not list(store.glob("objects/*"))


def test_a_store_that_gives_back_something_else_is_told(fleet: Fleet):
    with pytest.raises(GmconfigError, match="/dev/full"):
        backups(fleet.root, "/dev/full").create(Asked())


def test_the_journal_tells_of_it(fleet: Fleet, store: Path, back_up):
    from gmconfig.storage.git import Repository
    from gmconfig.storage.journal import Journal

    name = back_up(fleet.root, "nightly")
    list(backups(fleet.root, store).verify([name], read_data=True))
    list(backups(fleet.root, store).drill(name))
    told = [e for e in Journal(Repository.discover(str(fleet.root))).read() if e["kind"] == "backup"]
    assert [event["action"] for event in told] == ["created", "verified", "drilled"]
    assert {event["id"] for event in told} == {name}
    assert told[2]["good"] is True


def test_history_is_stored_once_and_what_came_since_beside_it(
    fleet: Fleet, store: Path, back_up, tmp_path: Path
):
    """A night's commits cost a night's commits; each backup is whole by itself all the same."""
    (fleet.root / "noise").write_bytes(os.urandom(200_000))
    fleet.commit("what a copy every night would cost")
    back_up(fleet.root)
    fleet.change(20)
    changes = (
        [("tag", "-am", "old", "v0", "HEAD~1"), ("branch", "side", "HEAD~1")],
        [("reset", "-q", "--hard", "HEAD~1"), ("branch", "-D", "side")],
    )
    for commands in changes:
        for command in commands:
            git(fleet.root, *command)
        before, back = refs(fleet.root), tmp_path / back_up(fleet.root)
        restore_elsewhere(backups(None, store), "latest", str(back))
        after = {name: one for name, one in refs(back).items() if "/holds/" not in name}
        assert after == before
        assert git(back, "fsck", "--full") == git(back, "status", "--short") == ""
    assert len(list(store.glob("objects/bundle-*"))) == 1
    assert sum(file.stat().st_size for file in files(store)) < 300_000
    # What is shared stays as long as anybody shares it, and is found out for all of them when it goes bad.
    backups(fleet.root, store).prune(Rules(last=1))
    there = backups(fleet.root, store)
    assert all(one.is_good for one in there.verify(read_data=True))
    [whole] = store.glob("objects/bundle-*")
    whole.write_bytes(b"x" * whole.stat().st_size)
    assert not any(one.is_good for one in there.verify(read_data=True))
    again = back_up(fleet.root)
    assert pieces(store, again)[manifest.BUNDLE] != whole.name
    [checked] = there.verify([again], read_data=True)
    assert checked.is_good


def test_once_too_much_came_since_it_is_whole_again(fleet: Fleet, store: Path, back_up):
    for _ in range(3):
        (fleet.root / "noise").write_bytes(os.urandom(50_000))
        fleet.commit("noise")
        name = back_up(fleet.root)
    assert manifest.SINCE not in pieces(store, name)
    assert len(list(store.glob("objects/bundle-*"))) == 2
