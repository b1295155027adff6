"""Running a rotation's hook: the value reaches it on stdin and as a memory-backed file, and nobody else.

The hook's own words are held back: only when it fails is its last line shown, without the values.
"""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError, Refused
from gmconfig.secret import plaintext
from gmconfig.secret.token import MASK
from gmconfig.storage import session
from gmconfig.storage.files import locate

if TYPE_CHECKING:
    from gmconfig.secret.access.rotation import Hook

_SHORTEST = 4


class HookFailed(GmconfigError):
    """A hook did not change the secret at its source, or nobody knows whether it did."""


def as_bytes(value: object) -> bytes:
    """Give a value as a hook reads it: a text as it is, binary too, anything else as JSON."""
    if type(value) is str:
        return value.encode()
    return value if isinstance(value, bytes) else plaintext.encode(value)


def check_files(hook: Hook, root: str) -> None:
    """Refuse a hook one of whose files is not the one that an admin has signed.

    Raises:
        Refused: a file of the repository that the command names differs, or its hash was not signed.
    """
    for word in hook.run:
        name = _below(root, word)
        if name is None:
            continue
        digest = hashlib.sha256(Path(locate(root, name)).read_bytes()).hexdigest()
        if hook.files.get(name) != digest:
            what = "changed since it was signed" if name in hook.files else "not covered by the signature"
            raise Refused(
                f'the hook\'s file "{name}" is {what}',
                hint=f"put files: {{{name}: {digest}}} beside it in access.yaml, then: "
                "gmconfig secret access sign",
            )


def run(
    hook: Hook, root: str, *, name: str, environment: str, new: object = None, old: object = None
) -> bytes:
    """Run a hook to its end; gives what it printed.

    Raises:
        HookFailed: it ended with an error, took too long, or there is no such command.
        Refused: one of its files is not the one that was signed.
    """
    check_files(hook, root)
    values = {"NEW": new, "OLD": old}
    given = {word: as_bytes(value) for word, value in values.items() if value is not None}
    with _files(given) as files:
        environ = {
            **session.environment(),
            "GMCONFIG_SECRET": name,
            "GMCONFIG_SECRET_ENVIRONMENT": environment,
            **files,
        }
        return _run(hook, root, environ, given, f'the hook of secret "{name}"')


def _run(hook: Hook, root: str, environ: Mapping[str, str], given: Mapping[str, bytes], what: str) -> bytes:
    try:
        process = subprocess.Popen(  # a command that an admin has signed
            hook.run,
            cwd=root,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise HookFailed(f"{what} cannot be run: {(error.strerror or 'no such command').lower()}") from None
    try:
        with session.watched(process):
            out, err = process.communicate(given.get("NEW", b""), timeout=hook.timeout)
    except subprocess.TimeoutExpired:
        came_to = "was ended" if process.poll() is not None else "cannot be ended by this user"
        raise HookFailed(f"{what} took longer than {hook.timeout} seconds and {came_to}") from None
    if process.returncode:
        said = _last_line(err or out, given.values())
        raise HookFailed(f"{what} ended with exit code {process.returncode}{said}")
    return out


@contextlib.contextmanager
def _files(given: Mapping[str, bytes]) -> Iterator[dict[str, str]]:
    """Put the values into files in memory; a machine without such storage gives them on stdin alone."""
    from gmconfig.storage.memory import memory_folder

    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(memory_folder(""))
        except Refused:
            yield {}
            return
        yield {
            f"GMCONFIG_{word}_FILE": folder.write(word.lower(), content) for word, content in given.items()
        }


def _last_line(said: bytes, values: Iterable[bytes]) -> str:
    """Give the last line of what a hook said, without the values that it was given."""
    pieces = {piece for value in values for piece in (value, *value.splitlines()) if piece}
    for piece in sorted(pieces, key=len, reverse=True):
        said = said.replace(piece, MASK.encode()) if len(piece) >= _SHORTEST else b""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1].strip()}" if lines else ""


def _below(root: str, word: str) -> str | None:
    """Give the file of the repository that a word names; None where it names none."""
    base = Path(root).resolve()
    file = (base / word).resolve()
    return str(file.relative_to(base)) if file.is_relative_to(base) and _is_file(file) else None


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # a word that is too long for a name, for one
        return False
