"""Backups at URLs: in memory, in a folder, over a real sshd, on a server that speaks S3."""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from gmconfig.api.backup.restoring import restore_elsewhere
from gmconfig.backup.destination import open_destination
from gmconfig.backup.remote import Remote, without_password
from gmconfig.backup.retention import Rules
from gmconfig.errors import GmconfigError
from tests.backup.conftest import backups, refs
from tests.deploy.fleet import Fleet
from tests.target.servers import free_port, sshd

pytest.importorskip("fsspec", reason="pip install 'gmconfig[storage]'")


S3 = pytest.param("s3", marks=pytest.mark.long)  # loading its client takes longer than all others together


@pytest.fixture(params=["memory", "file", "sftp", S3])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place of each kind, empty."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def memory_url() -> str:
    return f"memory://{uuid.uuid4().hex}/backups"


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    return f"file://{tmp_path}/there/backups"


@pytest.fixture
def sftp_url(tmp_path: Path) -> str:
    pytest.importorskip("paramiko", reason="pip install 'gmconfig[storage]'")
    server = sshd()
    keys = Path(os.environ["HOME"], ".ssh")
    keys.mkdir(mode=0o700)
    for name, copied in (
        ("client", "id_ed25519"),
        ("client.pub", "id_ed25519.pub"),
        ("known_hosts", "known_hosts"),
    ):
        shutil.copy(server.folder / name, keys / copied)
    return f"sftp://{server.address}{tmp_path}/there"


@pytest.fixture
def s3_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket on a server that speaks S3 on loopback."""
    server_module = pytest.importorskip("moto.server", reason="pip install 'moto[s3]' flask-cors")
    boto3 = pytest.importorskip("boto3")
    s3fs = pytest.importorskip("s3fs")
    port = free_port()
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    endpoint = f"http://127.0.0.1:{port}"
    given = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "s3cret-key", "AWS_ENDPOINT_URL": endpoint}
    for name, value in {**given, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="config")
    s3fs.S3FileSystem.clear_instance_cache()
    yield "s3://config/backups"
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def raw_files(url: str) -> dict[str, bytes]:
    """Give everything that lies at a URL."""
    from fsspec.core import url_to_fs

    files, root = url_to_fs(url)
    files.invalidate_cache()
    return {str(path): files.cat_file(path) for path in files.find(root)}


def test_made_listed_verified_restored_pinned_and_pruned(url: str, fleet: Fleet, tmp_path: Path):
    before = refs(fleet.root)
    there = backups(fleet.root, url)
    from gmconfig.backup.create import Asked

    first = there.create(Asked("nightly")).id
    fleet.change(20)
    second = there.create(Asked(retention_days=0)).id
    fleet.change(30)
    third = there.create(Asked()).id
    assert [one.id for _, one in there.all()] == [third, second, first]
    assert all(one.is_good for one in there.verify(read_data=True))
    restore_elsewhere(backups(None, url), "nightly", str(tmp_path / "back"))
    back = refs(tmp_path / "back")
    assert {name: back[name] for name in before} == before
    there.pin("nightly", "audit")
    assert [one.pinned for _, one in there.all()] == [None, None, "audit"]
    pruned = there.prune(Rules(last=1))
    assert [verdict.id for verdict in pruned.verdicts if not verdict.stays] == [second]
    assert pruned.pieces == 3
    assert [one.id for _, one in there.all()] == [third, first]
    assert all(one.is_good for one in there.verify(read_data=True))
    assert not [name for name in raw_files(url) if "tmp" in name.rpartition("/")[2] or "/locks/" in name]


def test_a_byte_changed_there_is_found(url: str, fleet: Fleet):
    from fsspec.core import url_to_fs

    from gmconfig.backup.create import Asked

    there = backups(fleet.root, url)
    made = there.create(Asked())
    files, root = url_to_fs(url)
    path = f"{root.rstrip('/')}/objects/{made.pieces[0].name}"
    raw = files.cat_file(path)
    files.pipe_file(path, raw[:-1] + bytes([raw[-1] ^ 1]))
    assert [one.is_good for one in there.verify()] == [True]
    assert [one.is_good for one in there.verify(read_data=True)] == [False]
    files.pipe_file(path, raw[:-1])
    assert [one.is_good for one in backups(fleet.root, url).verify()] == [False]


def test_a_place_that_cannot_be_read_back_keeps_no_manifest_without_its_pieces(fleet: Fleet):
    from fsspec import register_implementation
    from fsspec.implementations.memory import MemoryFileSystem

    from gmconfig.backup.create import Asked

    class Forgetful(MemoryFileSystem):
        protocol = "forgetful"

        def _open(self, path, mode="rb", **how):
            if mode == "rb" and "/backups/2" in path:
                raise TimeoutError("the connection is gone")
            return super()._open(path, mode, **how)

    register_implementation("forgetful", Forgetful)
    url = f"forgetful://{uuid.uuid4().hex}/place"
    with pytest.raises(GmconfigError, match="the connection is gone"):
        backups(fleet.root, url).create(Asked())
    assert not raw_files(url)


def test_an_upload_that_breaks_off_leaves_no_backup(memory_url: str):
    store = Remote(memory_url)

    def broken() -> None:
        with store.writing("backups/x.json") as file:
            file.write(b"half")
            raise ConnectionResetError("the line went dead")

    with pytest.raises(GmconfigError, match="the line went dead"):
        broken()
    assert open_destination(memory_url).all() == []
    assert raw_files(memory_url) == {}


def test_a_place_that_cannot_be_reached_is_told_in_one_line(fleet: Fleet):
    done = fleet.run("backup", "create", "--to", f"sftp://nobody:hunter2@127.0.0.1:{free_port()}/x")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    done = fleet.run("backup", "create", "--to", "nonsense://x/y")
    assert done.returncode == 3
    assert "nonsense" in done.stderr


def test_a_password_is_never_shown():
    assert without_password("sftp://ada:hunter2@host:22/x") == "sftp://ada@host:22/x"
    assert without_password("s3://bucket/x") == "s3://bucket/x"
    assert without_password("https://host/x?token=1") == "https://host/x"


def test_without_the_extra_it_says_what_to_install(fleet: Fleet, tmp_path: Path):
    (tmp_path / "fsspec.py").write_text("raise ImportError('no fsspec')\n")
    done = subprocess.run(
        [sys.executable, "-m", "gmconfig", "backup", "list", "--from", "memory://x"],
        cwd=fleet.root,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{os.getcwd()}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "pip install 'gmconfig[storage]'" in done.stderr
