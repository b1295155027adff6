"""Who made a backup is proved, and whose it is: nobody's forgery is restored, no stranger's backup is counted."""

from dataclasses import replace
from pathlib import Path

import pytest

from gmconfig import ConfigManager, Refused
from gmconfig.api import How
from gmconfig.api.backup.backing_up import Backups
from gmconfig.api.backup.restoring import restore_elsewhere, restore_here
from gmconfig.api.workspace import Workspace
from gmconfig.backup import manifest
from gmconfig.backup.create import Asked
from gmconfig.backup.destination import open_destination
from gmconfig.backup.retention import Rules
from gmconfig.errors import NotFound, UsageError
from gmconfig.secret.keyring import identity
from tests.backup.conftest import backups, git
from tests.deploy.fleet import Fleet


def rewritten(store: Path, name: str, signer: identity.Identity | None = None, **changes: object) -> str:
    """Replace a manifest, signed by whom one likes."""
    made = replace(open_destination(str(store)).find(name), **changes)  # type: ignore[arg-type]
    (store / "backups" / f"{made.id}.json").write_bytes(manifest.as_bytes(made, signer))
    return made.id


def unsigned(store: Path, name: str) -> str:
    return rewritten(store, name, signer=None, maker=None)


def refused(root: Path | None, store: Path, name: str, tmp_path: Path) -> str:
    """Restore in every way; give why none of them is done."""
    said = set()
    ways = [lambda: restore_elsewhere(backups(root, store), name, str(tmp_path / "forged"))]
    if root is not None:
        ways += [lambda: restore_here(backups(root, store), name, How())]
        ways += [
            lambda: restore_elsewhere(backups(root, store), name, str(tmp_path / "forged"), only=("live",))
        ]
    for way in ways:
        with pytest.raises(Refused) as error:
            way()
        said.add(error.value.message)
    assert not (tmp_path / "forged").exists()
    [one] = said
    return one


def test_the_maker_signs_and_everybody_of_the_policy_can_tell(sealed: Path, store: Path, back_up):
    name = back_up(sealed)
    found = open_destination(str(store)).find(name)
    assert found.maker is not None
    [checked] = backups(sealed, store).verify([name])
    assert checked.is_good
    assert checked.signed_by == found.maker["member"]
    steps = {step.name: step for step in backups(sealed, store).drill(name)}
    assert steps["signature"].is_good


def test_what_nobody_signed_is_not_restored_unless_one_insists(sealed: Path, store: Path, back_up, tmp_path):
    name = unsigned(store, back_up(sealed))
    assert "not signed" in refused(sealed, store, name, tmp_path)
    there = backups(sealed, store)
    [checked] = there.verify([name])
    assert checked.is_good  # it is whole, and says that nobody signed it
    assert checked.signed_by is None
    assert {step.name: step for step in there.drill(name)}["signature"].is_good is None
    restore_elsewhere(there, name, str(tmp_path / "back"), unproven=True)
    ConfigManager("production", root=sealed).set_value("settings", "database.pool", 77)
    assert restore_here(there, name, How(), unproven=True).outcome


@pytest.mark.parametrize("claims", ["somebody else", "the maker"])
def test_what_a_stranger_signed_is_found_out(sealed: Path, store: Path, back_up, tmp_path, claims):
    """With the stranger's own key under a member's name, or with the member's key that the stranger lacks."""
    name, eve = back_up(sealed), identity.generate()
    made = open_destination(str(store)).find(name)
    assert made.maker is not None
    if claims == "somebody else":
        rewritten(store, name, eve, maker={**made.maker, "key": eve.verifier})
        assert "not a member" in refused(sealed, store, name, tmp_path)
        [checked] = backups(sealed, store).verify([name], read_data=True)
        assert not checked.is_good
        assert "not a member" in checked.problems[0]
        assert backups(None, store).all().__next__()[1].problem is None  # what one clone doubts is no damage
    else:
        rewritten(store, name, eve)
        assert open_destination(str(store)).good() == []


def test_a_member_of_another_root_is_none_of_this_one(sealed: Path, store: Path, back_up, tmp_path):
    workspace = Workspace(root=sealed)
    name, own = back_up(sealed), workspace.vault(workspace.project.worktree()).held.identity
    made = open_destination(str(store)).find(name)
    assert made.maker is not None
    rewritten(store, name, own, maker={**made.maker, "root": "0" * 64})
    assert "not a member" in refused(sealed, store, name, tmp_path)


def test_a_member_who_left_cannot_sign_any_more(sealed: Path, store: Path, back_up, tmp_path, monkeypatch):
    from gmconfig import SecretsManager

    bob, secrets = identity.generate(), SecretsManager(root=sealed)
    secrets.add_member("bob", {"age": bob.recipient, "verify": bob.verifier})
    secrets.grant("bob", ["read", "admin"], scope="*")
    with monkeypatch.context() as his:
        his.setenv("GMCONFIG_IDENTITY", bob.text())
        name = back_up(sealed)
        made_here = Backups(Workspace(root=sealed)).create(Asked()).id
    assert next(backups(sealed, store).verify([name])).signed_by == "bob"
    secrets.revoke("bob")
    secrets.remove_member("bob")
    assert "not a member" in refused(sealed, store, name, tmp_path)
    # And what he can still open is told, as long as what is in it is in use.
    exposed = {(one.name, one.member): one.backups for one in secrets.exposed()}
    assert exposed["db_password", "bob"] == (made_here,)
    secrets.rotate_secret("db_password", "another-since-then")
    assert ("db_password", "bob") not in {(one.name, one.member) for one in secrets.exposed()}


def test_lost_with_its_repository_it_is_proved_by_ones_own_key(sealed: Path, store: Path, back_up, tmp_path):
    name = back_up(sealed)
    there = backups(None, store)
    done = restore_elsewhere(there, name, str(tmp_path / "back"))
    assert done.trusted  # its maker's own key proves which root it had
    assert git(tmp_path / "back", "config", "gmconfig.pin") == git(sealed, "config", "gmconfig.pin")
    unsigned(store, name)
    done = restore_elsewhere(there, name, str(tmp_path / "other"))
    assert not done.trusted
    assert "not signed" in done.doubt


def test_a_policy_that_was_taken_away_is_no_reason_to_write_secrets_in_clear(
    sealed: Path, store: Path, back_up
):
    git(sealed, "rm", "-q", "access.yaml")
    git(sealed, "commit", "-qm", "no policy", "--no-verify")
    with pytest.raises(Refused, match="gone"):
        back_up(sealed)
    assert not list(store.glob("objects/*"))


def test_without_a_key_it_is_made_all_the_same(sealed: Path, store: Path, back_up, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    name = back_up(sealed)
    assert open_destination(str(store)).find(name).maker is None


def test_a_piece_of_a_forged_backup_is_not_taken_over(sealed: Path, store: Path, back_up):
    """Its key says what should be in it; only who made it proves that it is."""
    first = unsigned(store, back_up(sealed))
    name = back_up(sealed)
    there = open_destination(str(store))
    assert there.find(name).piece(manifest.LIVE) != there.find(first).piece(manifest.LIVE)
    again = back_up(sealed)
    assert there.find(name).piece(manifest.LIVE) == there.find(again).piece(manifest.LIVE)


# Two repositories


@pytest.fixture
def two(tmp_path: Path, store: Path, back_up) -> tuple[Fleet, Fleet]:
    """Two repositories of one name that back up to one place, three times each by turns."""
    both = Fleet(tmp_path / "a", {"web": {}}), Fleet(tmp_path / "b", {"web": {}})
    for number in range(3):
        for fleet in both:
            fleet.change(number)
            back_up(fleet.root, "nightly", retention_days=0)
    return both


def test_each_repository_sees_its_own_backups(two, store: Path, tmp_path: Path):
    ids = [[one.id for _, one in backups(fleet.root, store).all()] for fleet in two]
    assert [len(found) for found in ids] == [3, 3]
    assert not set(ids[0]) & set(ids[1])
    for fleet, own in zip(two, ids, strict=True):
        for word in ("latest", "nightly"):
            assert backups(fleet.root, store).find(word)[1].id == own[0]
    there = backups(two[0].root, store)
    with pytest.raises(NotFound):
        there.find(ids[1][0][:-1])
    with pytest.raises(Refused, match="another repository"):
        restore_here(there, ids[1][0], How())
    restore_elsewhere(there, ids[1][0], str(tmp_path / "back"))
    with pytest.raises(UsageError, match="2 repositories"):
        backups(None, store).find("latest")


def test_pruning_touches_no_other_repositorys_backups(two, store: Path):
    pruned = backups(two[0].root, store).prune(Rules(last=1))
    assert [verdict.stays for verdict in pruned.verdicts] == [True, False, False]
    assert len(list(backups(two[0].root, store).all())) == 1
    assert len(list(backups(two[1].root, store).all())) == 3
    assert all(one.is_good for one in backups(None, store).verify(read_data=True))
    assert len([one for one in backups(None, store).prune(Rules(last=1)).verdicts if one.stays]) == 2


def test_a_shallow_clone_lists_by_name_and_removes_nothing(two, store: Path, tmp_path: Path):
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{two[0].root}", "shallow/repo")
    there = backups(tmp_path / "shallow" / "repo", store)
    assert len(list(there.all())) == 6
    with pytest.raises(Refused, match="shallow"):
        there.prune(Rules(last=1))


def test_what_was_taken_away_there_is_told(fleet: Fleet, store: Path, back_up):
    """Somebody who removes the newest makes an older one the latest; the journal knows better."""
    back_up(fleet.root, retention_days=0)
    second = back_up(fleet.root)
    there = backups(fleet.root, store)
    assert there.missing() == ()
    (store / "backups" / f"{second}.json").unlink()
    assert there.missing() == (second,)
    third = back_up(fleet.root)
    there.prune(Rules(last=1))
    assert [one.id for _, one in there.all()] == [third]
    assert there.missing() == (second,)
