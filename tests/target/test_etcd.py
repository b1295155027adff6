"""A real etcd: one flip for any number of keys, nobody overrun, and what happens when it goes away."""

import datetime
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.errors import BrokenConfiguration, GmconfigError, NotFound, Refused
from gmconfig.target.errors import Unreachable
from gmconfig.target.formats import FORMATS
from gmconfig.target.kind import UNMANAGED
from gmconfig.target.kinds.etcd.pieces import files_of, pieces_of
from gmconfig.target.kinds.etcd.reader import Reader
from tests.target.places import FILE, Place, deploy, etcd_keys_place, etcd_place, etcd_releases_place, release
from tests.target.servers import EtcdServer, etcd

PROPERTIES = "settings.properties"


def flat(number: int, values: dict[str, object]):
    """Give a release of one file of properties."""
    from dataclasses import replace

    content = "".join(f"{name}={value}\n" for name, value in values.items()).encode()
    one = release(number)
    return replace(one, files={PROPERTIES: content})


def many(size: int, generation: int) -> dict[str, object]:
    return {f"service.s{n}.value": f"{n}-{generation}" for n in range(size)}


def as_releases(place: Place) -> Place:
    from dataclasses import replace

    place.target = replace(place.target, format="properties")
    return place


@pytest.fixture
def own_etcd() -> Iterator[EtcdServer]:
    """An etcd that a test may stop."""
    server = EtcdServer()
    yield server.start()
    server.remove()


def at(place: Place, server: EtcdServer, **further: object) -> Place:
    from dataclasses import replace

    settings = {**place.target.settings, "endpoints": [server.url], **further}
    place.target = replace(place.target, settings=settings, timeout=60.0)
    return place


def prefix(place: Place) -> str:
    return str(place.target.settings["prefix"])


# One flip


def test_ten_thousand_keys_flip_at_once_for_who_follows_them(tmp_path: Path):
    place = as_releases(etcd_releases_place(tmp_path))
    kind = place.open(timeout=60.0)
    live = deploy(kind, flat(1, many(10_000, 1)))
    reader = Reader([etcd().url], prefix(place))
    seen: list[set[str]] = []
    stop = threading.Event()

    def follow() -> None:
        while not stop.is_set():
            stop.wait(0.05)
            values = reader.values()
            seen.append({value.partition("-")[2] for value in values.values()} | {str(len(values))})

    thread = threading.Thread(target=follow)
    thread.start()
    deploy(kind, flat(2, many(10_000, 2)), expected=live)
    stop.set()
    thread.join()
    assert reader.values()["settings/service/s9999/value"] == "9999-2"
    assert all(one in ({"1", "10000"}, {"2", "10000"}) for one in seen), seen
    reader.close()
    kind.close()


def test_a_watcher_of_the_head_gets_each_release_whole(tmp_path: Path):
    place = as_releases(etcd_releases_place(tmp_path))
    kind = place.open()
    live = deploy(kind, flat(1, {"a": 1, "b": 1}))
    reader = Reader([etcd().url], prefix(place))
    got: list[dict[str, str]] = []
    begun = threading.Event()

    def follow() -> None:
        changes = reader.changes()
        begun.set()
        got.extend(next(changes) for _ in range(2))
        changes.close()

    thread = threading.Thread(target=follow)
    thread.start()
    begun.wait()
    number = 1
    while thread.is_alive() and number < 500:
        number += 1
        live = deploy(kind, flat(number, {"a": number, "b": number}), expected=live)
        thread.join(0.1)
    assert [set(one) for one in got] == [{"settings/a", "settings/b"}] * 2
    assert all(one["settings/a"] == one["settings/b"] for one in got)


@pytest.mark.parametrize("layout", ["document", "keys"])
def test_all_keys_of_a_transaction_come_in_one_revision(tmp_path: Path, layout: str):
    place = etcd_place(tmp_path, layout, "yaml" if layout == "document" else "properties")
    if layout == "document":
        one = release(1, b"a: 1\n", **{"other.yaml": b"b: 1\n", "third.yaml": b"c: 1\n"})
    else:
        one = flat(1, many(100, 1))
    deploy(place.open(), one)
    found, _ = place.open().server.keys(prefix(place))
    assert len({value.revision for value in found.values()}) == 1
    assert len(found) == len(place.open().below.state().pieces) + 1


def test_only_what_changed_is_written(tmp_path: Path):
    place = etcd_keys_place(tmp_path)
    first = deploy(place.open(), flat(1, {**many(50, 1), "gone": 1}))
    before, _ = place.open().server.keys(prefix(place))
    deploy(place.open(), flat(2, {**many(50, 1), "service.s7.value": "new", "came": 1}), expected=first)
    after, _ = place.open().server.keys(prefix(place))
    written = {name.removeprefix(prefix(place)) for name, value in after.items() if before.get(name) != value}
    assert written == {"settings/service/s7/value", "settings/came", ".gmconfig/marker"}
    assert prefix(place) + "settings/gone" not in after
    live = place.open().read()
    assert live.untouched
    assert FORMATS["properties"].read(live.files[PROPERTIES])["service.s7.value"] == "new"


def test_more_than_a_transaction_takes_is_refused_before_anything_changes(tmp_path: Path):
    place = etcd_keys_place(tmp_path)
    first = deploy(place.open(), flat(1, many(100, 1)))
    for act in ("stage", "activate"):
        with pytest.raises(Refused, match="200 keys"):
            kind = place.open()
            kind.stage(flat(2, many(200, 2))) if act == "stage" else kind.activate(
                flat(2, many(200, 2)), expected=first
            )
    assert place.open().read().release == first
    document = etcd_place(tmp_path)
    assert any("layout: releases" in words for words in document.open().check(2_000_000))
    with pytest.raises(Refused, match="bytes change"):
        document.open().stage(release(1, b"x" * 1_200_000))


# Nobody overrun


@pytest.mark.parametrize("layout", ["document", "keys", "releases"])
def test_a_lost_compare_and_swap_changes_nothing(tmp_path: Path, layout: str):
    """Somebody deploys between our look and our transaction."""
    from dataclasses import replace

    place = etcd_place(tmp_path, layout, "properties")
    first = deploy(place.open(), flat(1, {"a": 1}))
    ours, theirs = place.open(), place.open()
    late = replace(flat(2, {"a": 2}), marker=release(2, fencing=3).marker)
    ours.stage(late)
    plain, times = ours.server.change, []

    def overtaken(changes, seen=None):
        if seen is not None and not times:
            times.append(1)
            deploy(theirs, flat(3, {"a": 3}), expected=first)
        return plain(changes, seen)

    ours.server.change = overtaken
    with pytest.raises(Refused, match="when this was planned"):
        ours.activate(late, expected=first)
    live = place.open().read()
    assert (live.marker.record, live.untouched, b"3" in live.files[PROPERTIES]) == (
        "production-3",
        True,
        True,
    )


def test_a_hand_that_is_faster_is_not_overwritten_unseen(tmp_path: Path):
    place = etcd_keys_place(tmp_path)
    first = deploy(place.open(), flat(1, {"port": 1}))
    kind = place.open()
    plain, times = kind.server.change, []

    def overtaken(changes, seen=None):
        if not times:
            times.append(1)
            place.edit(b"port: 99")
        return plain(changes, seen)

    kind.server.change = overtaken
    deploy(kind, flat(2, {"port": 2}), expected=first)  # the next look saw it: the same release, edited
    assert len(times) == 1
    assert place.open().read().untouched


# It goes away


def test_stopped_half_way_the_old_release_is_live(tmp_path: Path, own_etcd: EtcdServer):
    place = at(as_releases(etcd_releases_place(tmp_path)), own_etcd)
    first = deploy(place.open(), flat(1, many(500, 1)))
    kind = place.open()
    plain, batches = kind.server.change, []

    def stopping(changes, seen=None):
        batches.append(1)
        if len(batches) == 4:
            own_etcd.stop()
        return plain(changes, seen)

    kind.server.change = stopping
    with pytest.raises(Unreachable, match="does not answer"):
        kind.stage(flat(2, many(500, 2)))
    with pytest.raises(Unreachable, match="no etcd answers"):
        place.open().read()
    own_etcd.start()
    live = place.open().read()
    assert (live.release, live.untouched) == (first, True)
    with pytest.raises(Refused, match="is not staged"):
        place.open().activate(flat(2, many(500, 2)), expected=first)
    deploy(place.open(), flat(2, many(500, 2)), expected=first)
    assert place.open().read().untouched


def test_another_endpoint_takes_over(tmp_path: Path):
    place = etcd_place(tmp_path)
    place.target.settings["endpoints"].insert(0, "http://127.0.0.1:1")
    deploy(place.open(), release(1))
    assert place.open().read().files[FILE] == b"port: 1\n"


def test_what_etcd_has_forgotten_is_not_brought_back(tmp_path: Path, own_etcd: EtcdServer):
    place = at(etcd_place(tmp_path), own_etcd)
    first = deploy(place.open(), release(1))
    second = deploy(place.open(), release(2), expected=first)
    own_etcd.post("kv/compaction", {"revision": second.partition("@")[2], "physical": True})
    with pytest.raises(Refused, match="keeps release"):
        place.open().revert(first, expected=second, fencing=3)
    assert place.open().read().release == second


# Who may


def test_logging_in(tmp_path: Path, own_etcd: EtcdServer):
    for path, body in (
        ("auth/user/add", {"name": "root", "password": "s3cret-of-root"}),
        ("auth/user/grant", {"user": "root", "role": "root"}),
        ("auth/enable", {}),
    ):
        own_etcd.post(path, body)
    place = at(etcd_place(tmp_path), own_etcd)
    with pytest.raises(GmconfigError, match="user name is empty|authentication|auth"):
        place.open().read()
    place = at(place, own_etcd, user="root")
    with pytest.raises(BrokenConfiguration, match="a user and no password"):
        place.open().read()
    place.environ = {"GMCONFIG_ETCD_PASSWORD": "wrong-password"}
    with pytest.raises(GmconfigError) as caught:
        place.open().read()
    assert "wrong-password" not in f"{caught.value} {caught.value.hint} {caught.value.__cause__!r}"
    place.environ = {"GMCONFIG_ETCD_PASSWORD": "s3cret-of-root"}
    deploy(place.open(), release(1))
    (tmp_path / "password").write_text("s3cret-of-root\n")
    place.environ = {}
    kind = at(place, own_etcd, user="root", password_file="password").open()
    assert kind.read().files[FILE] == b"port: 1\n"
    kind.server._client.session.headers["Authorization"] = "a.token.that.ended"
    assert kind.read().files[FILE] == b"port: 1\n"


def test_certificates(tmp_path: Path):
    make_certificates(tmp_path)
    server = EtcdServer()
    server.further = [
        "--cert-file", f"{tmp_path}/server.pem", "--key-file", f"{tmp_path}/server.key",
        "--client-cert-auth", "--trusted-ca-file", f"{tmp_path}/ca.pem",
    ]  # fmt: skip
    plain = server.url
    server.url = plain.replace("http:", "https:")
    server.post = lambda _path, _body: listening(server)
    try:
        server.start()
        files = {"ca": "ca.pem", "cert": "client.pem", "key": "client.key"}
        place = at(etcd_place(tmp_path), server, **files)
        deploy(place.open(), release(1))
        assert place.open().read().untouched
        with pytest.raises(Unreachable):
            at(place, server, ca=None).open().read()
        with pytest.raises(Unreachable):
            at(place, server, ca="ca.pem", cert=None, key=None).open().read()
        with pytest.raises(BrokenConfiguration, match="there is no file"):
            at(place, server, cert="nowhere.pem").open().read()
    finally:
        server.remove()


def listening(server: EtcdServer) -> dict:
    """Do as a server's `post` where no client without a certificate gets an answer."""
    import socket

    with socket.create_connection(("127.0.0.1", server.port)):
        return {}


def make_certificates(folder: Path) -> None:
    """Make an authority, a server's certificate for 127.0.0.1 and a client's; Python 3.13 is strict about them."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.now(datetime.UTC)
    authority = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.public_key()
    named = {
        name: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        for name in ("ca", "server", "client")
    }
    for name in named:
        key = authority if name == "ca" else ec.generate_private_key(ec.SECP256R1())
        builder = (
            x509.CertificateBuilder(named["ca"], named[name], key.public_key(), x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(name == "ca", None), critical=True)
            .add_extension(x509.KeyUsage(True, *[False] * 4, name == "ca", *[False] * 3), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
        )
        if name == "server":
            alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
            builder = builder.add_extension(alternative, critical=False)
        signed = builder.sign(authority, hashes.SHA256())
        (folder / f"{name}.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        (folder / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


@pytest.mark.parametrize("how", [
    {"prefix": "/"}, {"prefix": "a\nb"}, {"layout": "keys"}, {"endpoints": "ftp://x"},
    {"endpoints": "http://user:hunter22@x:1"}, {"endpoints": "http://"},
])  # fmt: skip
def test_what_makes_no_sense_is_refused(tmp_path: Path, how: dict[str, str]):
    place = etcd_place(tmp_path)
    with pytest.raises(BrokenConfiguration) as caught:
        place.open(settings={**place.target.settings, **how}).read()
    assert "hunter22" not in f"{caught.value} {caught.value.hint}"


# What is written


def test_the_note_holds_no_key_and_no_digest_of_a_value(tmp_path: Path):
    from dataclasses import replace

    from gmconfig.target.marker import SecretMark

    place = etcd_place(tmp_path)
    one = release(1)
    marks = {"settings": {"password": SecretMark("t" * 64, "v" * 64)}}
    deploy(place.open(), replace(one, marker=replace(one.marker, secrets=marks)))
    raw = etcd().get(prefix(place) + ".gmconfig/marker")
    note = json.loads(raw)
    assert (note["key"], note["live"], note["secrets"]) == (
        "",
        "",
        {"settings": {"password": ["t" * 64, ""]}},
    )
    live = place.open().read()
    assert live.marker.same_value("settings", "password", "x") is None
    assert live.marker.same_token("settings", "password", "t" * 64) is True


@pytest.mark.parametrize("change", ["edit", "add", "remove"])
@pytest.mark.parametrize("layout", ["document", "keys", "releases"])
def test_every_change_by_hand_shows(tmp_path: Path, layout: str, change: str):
    place = etcd_place(tmp_path, layout, "properties")
    deploy(place.open(), flat(1, {"a": 1, "b": 2}))
    before = place.open().read()
    key = {"document": PROPERTIES, "keys": "settings/a", "releases": "releases/production-1/settings/a"}[
        layout
    ]
    if change == "remove":
        place.open().server.change({prefix(place) + key: None})
    else:
        etcd().put(prefix(place) + key + ("x" if change == "add" else ""), b"99")
    live = place.open().read()
    assert live.digest != before.digest
    assert not live.untouched
    if not (change == "remove" and layout == "document"):
        assert live.release == before.release


def test_old_releases_go(tmp_path: Path):
    place = as_releases(etcd_releases_place(tmp_path))
    live = None
    for number in range(1, 7):
        live = deploy(place.open(keep=3), flat(number, many(3, number)), expected=live)
    assert sorted(place.open(keep=3).prune()) == ["production-1", "production-2", "production-3"]
    kept = {name.split("/")[4] for name in etcd().all(prefix(place) + "releases/")}
    assert kept == {"production-4", "production-5", "production-6"}
    assert place.open(keep=3).prune() == []


def test_a_damaged_note_is_like_none(tmp_path: Path):
    place = etcd_place(tmp_path)
    deploy(place.open(), release(1))
    etcd().put(prefix(place) + ".gmconfig/marker", b"{}")
    assert place.open().read().release == UNMANAGED
    deploy(place.open(take_over=True), release(2), expected=UNMANAGED)
    assert place.open().read().untouched


def test_a_reader_of_nothing_is_told(tmp_path: Path):
    place = etcd_releases_place(tmp_path)
    with pytest.raises(NotFound, match="nothing is deployed"):
        Reader([etcd().url], prefix(place)).values()


_names = st.text(st.sampled_from("ab./%=é "), min_size=1, max_size=8)


@given(
    tree=st.dictionaries(
        _names,
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9),
        min_size=1,
    )
)
@pytest.mark.parametrize("name", ["properties", "dotenv"])
def test_keys_are_files_and_back(name: str, tree: dict[str, str]):
    form = FORMATS[name]
    if name == "dotenv":
        tree = {f"K{index}": text for index, text in enumerate(tree.values())}
    files = {f"settings{form.extension}": form.render(tree, None), "flags.flagd.json": b"{}"}
    again = files_of(pieces_of(files, form, "keys"), form, "keys")
    assert again.pop("flags.flagd.json") == b"{}"
    read = {key: form.read(content) for key, content in again.items()}
    assert read == ({f"settings{form.extension}": form.read(form.render(tree, None))})
