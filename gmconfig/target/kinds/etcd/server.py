"""One etcd cluster through its HTTP gateway: reads at one revision, transactions, logging in."""

from __future__ import annotations

import contextlib
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.storage import MOST_BYTES as MOST_HELD
from gmconfig.target.errors import Unreachable

if TYPE_CHECKING:
    from etcd3gw import Etcd3Client

    from gmconfig.target.declared import Target

MOST_OPERATIONS = 120
"""What one transaction takes here; etcd's own limit is 128, and some are for notes of ours."""

MOST_BYTES = 1_000_000
"""What one transaction carries; etcd's own limit is 1.5 MiB."""

_PAGE = 1000
_PASSWORD = "GMCONFIG_ETCD_PASSWORD"  # noqa: S105  # a variable's name


class Value(NamedTuple):
    """A key's content, and the revision that wrote it."""

    content: bytes
    revision: int


class Server:
    """The first endpoint that answers; every call may raise `Unreachable`."""

    def __init__(self, target: Target, root: str, environ: Mapping[str, str]) -> None:
        self._target = target
        self._root = root
        self._environ = environ
        endpoints = target.settings.get("endpoints") or "http://127.0.0.1:2379"
        self.endpoints = [endpoints] if isinstance(endpoints, str) else list(endpoints)
        self._client: Etcd3Client | None = None

    def keys(self, prefix: str, revision: int = 0) -> tuple[dict[str, Value], int]:
        """Give everything below a prefix as of one revision (0: now), and that revision."""
        found: dict[str, Value] = {}
        start, end, size = prefix.encode(), _after(prefix.encode()), 0
        with self._reported():
            while True:
                page = self._range(start, end, revision)
                revision = revision or int(page["header"]["revision"])
                entries = page.get("kvs") or []
                for entry in entries:
                    name = b64decode(entry["key"])
                    found[name.decode("utf-8", "replace")] = value = _value(entry)
                    size += len(name) + len(value.content)
                if size > MOST_HELD:
                    raise ValueError("more pages than fit into memory")
                if not page.get("more"):
                    return found, revision
                before, start = start, b64decode(entries[-1]["key"]) + b"\0"
                if start <= before:
                    raise ValueError("a page that goes back has no end")

    def change(self, changes: Mapping[str, bytes | None], seen: Mapping[str, int] | None = None) -> bool:
        """Put and delete (None) keys in one transaction, if each key in `seen` is at its revision (0: absent).

        Returns:
            Whether it did.
        """
        compare = [
            {"key": _text(key), "target": "MOD", "result": "EQUAL", "mod_revision": str(revision)}
            for key, revision in (seen or {}).items()
        ]
        success = [_operation(key, content) for key, content in changes.items()]
        with self._reported():
            done = self._post("/kv/txn", {"compare": compare, "success": success, "failure": []})
            return bool(done.get("succeeded"))

    def put_all(self, contents: Mapping[str, bytes]) -> None:
        """Put any number of keys, in as many transactions as it takes."""
        batch: dict[str, bytes | None] = {}
        size = 0
        for key, content in contents.items():
            if batch and (len(batch) >= MOST_OPERATIONS or size + len(content) > MOST_BYTES):
                self.change(batch)
                batch, size = {}, 0
            batch[key] = content
            size += len(content) + len(key)
        if batch:
            self.change(batch)

    def remove(self, prefix: str) -> None:
        """Delete everything below a prefix."""
        body = {"key": _text(prefix), "range_end": b64encode(_after(prefix.encode())).decode()}
        self._post("/kv/deleterange", body)

    def watch(self, prefix: str) -> tuple[Iterator[Any], Callable[[], None]]:
        """Follow what changes below a prefix; gives the events and what ends them."""
        with self._reported():
            return self._connected().watch_prefix(prefix)

    def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            self._client.session.close()
            self._client = None

    def _range(self, start: bytes, end: bytes | None, revision: int) -> Any:
        body: dict[str, Any] = {"key": b64encode(start).decode(), "limit": str(_PAGE)}
        if end is not None:
            body["range_end"] = b64encode(end).decode()
        if revision:
            body["revision"] = str(revision)
        return self._post("/kv/range", body)

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        with self._reported():
            client = self._connected()
            try:
                return client.post(client.get_url(path), json=body)
            except Exception as error:
                if "invalid auth token" not in str(getattr(error, "detail_text", "")):
                    raise
                self._log_in(client)  # tokens live for minutes
                return client.post(client.get_url(path), json=body)

    def _connected(self) -> Etcd3Client:
        if self._client is None:
            from etcd3gw.exceptions import ConnectionFailedError, ConnectionTimeoutError

            reason = ""
            for endpoint in self.endpoints:
                client = self._made(endpoint)
                try:
                    client.get_url("")  # asks for the version
                except (ConnectionFailedError, ConnectionTimeoutError) as error:
                    client.session.close()
                    reason = _transport(error) or reason
                    continue
                self._log_in(client)
                self._client = client
                return client
            raise Unreachable(f"no etcd answers at {', '.join(map(_shown, self.endpoints))}{reason}")
        return self._client

    def _made(self, endpoint: str) -> Etcd3Client:
        try:
            from etcd3gw import Etcd3Client

            from gmconfig.target.kinds.etcd.bounded import bound
        except ImportError as error:
            raise BrokenConfiguration(
                f'target "{self._target.name}" needs the etcd client', hint="pip install 'gmconfig[etcd]'"
            ) from error
        host, port, protocol = self._address(endpoint)
        client = Etcd3Client(
            host=host,
            port=port,
            protocol=protocol,
            ca_cert=self._file("ca"),
            cert_cert=self._file("cert"),
            cert_key=self._file("key"),
            timeout=self._target.timeout,
        )
        # A proxy, a bundle of certificates or a .netrc of this process would win over what the target says.
        client.session.trust_env = False
        bound(client.session)
        return client

    def _address(self, endpoint: str) -> tuple[str, int, str]:
        """Give host, port and protocol."""
        at = urlsplit(endpoint if "://" in endpoint else f"http://{endpoint}")
        if at.scheme not in ("http", "https") or not at.hostname or at.username or at.password:
            hint = "endpoints: [https://etcd-1:2379]; user: and password_file: log in"
            raise BrokenConfiguration(f'target "{self._target.name}": no address of an etcd', hint=hint)
        return at.hostname, at.port or 2379, at.scheme

    def _file(self, key: str) -> str | None:
        named = self._target.settings.get(key)
        if named is None:
            return None
        path = os.path.join(self._root, os.path.expanduser(str(named)))
        if not os.path.isfile(path):
            raise BrokenConfiguration(f'target "{self._target.name}": {key}: there is no file "{named}"')
        return path

    def _log_in(self, client: Etcd3Client) -> None:
        user = self._target.settings.get("user")
        if user is None:
            return
        client.session.headers.pop("Authorization", None)
        body = {"name": user, "password": self._password()}
        done = client.post(client.get_url("/auth/authenticate"), json=body)
        client.session.headers["Authorization"] = str(done["token"])

    def _password(self) -> str:
        path = self._file("password_file")
        if path is not None:
            with open(path, encoding="utf-8") as file:
                return file.read().rstrip("\n")
        if _PASSWORD not in self._environ:
            hint = f"password_file:, or the variable {_PASSWORD}"
            raise BrokenConfiguration(f'target "{self._target.name}" has a user and no password', hint=hint)
        return self._environ[_PASSWORD]

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        """Turn the client's exceptions into ours; none of them repeats a value."""
        from etcd3gw import exceptions
        from requests import RequestException

        try:
            yield
        except GmconfigError:
            raise
        except (exceptions.ConnectionFailedError, exceptions.ConnectionTimeoutError) as error:
            self.close()
            where = ", ".join(map(_shown, self.endpoints))
            raise Unreachable(f"etcd at {where} does not answer", hint="etcdctl endpoint health") from error
        except exceptions.Etcd3Exception as error:
            raise _refused(error) from None
        except (RequestException, OSError, ValueError) as error:
            self.close()
            raise Unreachable(f"etcd cannot be talked to: {type(error).__name__}") from error
        except (KeyError, TypeError, IndexError, AttributeError, RecursionError, OverflowError) as error:
            self.close()
            raise Unreachable("what answers is not an etcd: its answer has another shape") from error


class Compacted(GmconfigError):
    """A revision is kept no more."""


def _refused(error: Exception) -> GmconfigError:
    """Say what etcd did not like; only words of its own are repeated."""
    import json

    try:
        said = str(json.loads(getattr(error, "detail_text", "") or "{}").get("message", ""))
    except (ValueError, AttributeError, RecursionError):
        said = ""
    reason = said.removeprefix("etcdserver: ").strip() or "it refused the request"
    if "compacted" in reason:
        return Compacted(f"etcd: {reason}")
    hint = "layout: releases, which takes any number of keys" if "too large" in reason else None
    return GmconfigError(f"etcd: {reason[:200]}", hint=hint)


def _transport(error: Exception) -> str:
    """Say what is wrong with an encrypted connection."""
    said = str(getattr(error, "detail_text", ""))
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return ": its certificate is not one that is trusted here (ca:)"
    return ": it wants a certificate of ours (cert: and key:)" if "ALERT" in said.upper() else ""


def _operation(key: str, content: bytes | None) -> dict[str, Any]:
    if content is None:
        return {"request_delete_range": {"key": _text(key)}}
    return {"request_put": {"key": _text(key), "value": b64encode(content).decode()}}


def _value(entry: Mapping[str, str]) -> Value:
    return Value(b64decode(entry.get("value", "")), int(entry["mod_revision"]))


def _text(key: str) -> str:
    return b64encode(key.encode()).decode()


def _after(prefix: bytes) -> bytes:
    """Give the first key that does not begin with a prefix."""
    return prefix[:-1] + bytes([prefix[-1] + 1])


def _shown(endpoint: str) -> str:
    return endpoint.rpartition("@")[2]
