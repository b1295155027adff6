"""What can be wrong with a file: bytes that changed, values of another kind, and things that are not file at all."""

import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

DEEP = 10_000
TRICKS = (
    "",
    "x" * 100_000,
    "../../outside",
    "/etc/passwd",
    "-rf",
    "--output=x",
    "a\nb",
    "\x1b]0;owned\x07",
    "\u202egnp",
    "\ud800",
    "\0",
    "CON",
    "gm1.default.x.y",
    "${SECRET:db_password}",
    "${" * 500,
    "2026-02-30T25:61:00Z",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "ext::sh -c touch% evil",
    "1e999",
    "!!python/object:x",
    "refs/heads/main",
    ".git/config",
    "**" * 50,
    "(a+)+$",
    "%n%s",
    "é" * 300,
)
SWAPS: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**30,
    -(10**400),
    1.5,
    1e308,
    float("inf"),
    float("nan"),
    [],
    {},
    [[]],
    [None],
    {"": ""},
    {"a": {}},
    ["a", 1],
    {"1": 1},
    *TRICKS,
)


def flipped(raw: bytes, rng: random.Random) -> bytes:
    content = bytearray(raw)
    for _ in range(rng.choice((1, 1, 3, 20))):
        if content:
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(content)


def truncated(raw: bytes, rng: random.Random) -> bytes:
    return raw[: rng.randrange(len(raw) + 1)]


def without_a_piece(raw: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(raw) + 1)
    return raw[:start] + raw[start + rng.choice((1, 2, 10, 100)) :]


def repeated(raw: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(raw) + 1)
    return raw[: start + rng.choice((1, 10, 1000))] + raw[start:]


def line_moved(raw: bytes, rng: random.Random) -> bytes:
    lines = raw.splitlines(keepends=True)
    rng.shuffle(lines) if rng.random() < 0.3 else lines.insert(0, lines[-1] if lines else b"")
    return b"".join(lines)


def injected(raw: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(raw) + 1)
    pieces = (
        b"\0",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\x1b[2J",
        b"\r",
        b"\t",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
        b"&a *a",
        b"{{",
        b"!!x ",
        b"<<: ",
        b"\n---\n",
        b"\n...\n",
        b"%YAML 9.9\n---\n",
        b"? ",
        b"1" * 5000,
        b"\x85",
    )
    return raw[:start] + rng.choice(pieces) + raw[start:]


def nothing(raw: bytes, rng: random.Random) -> bytes:
    return rng.choice((b"", b"\n", b"null", b"\0" * 1000))


def bottomless(raw: bytes, rng: random.Random) -> bytes:
    opened, middle, closed = rng.choice(
        ((b"[", b"", b"]"), (b'{"a":', b"1", b"}"), (b"{a: ", b"1", b"}"), (b"- ", b"1", b""))
    )
    text = opened * DEEP + middle + rng.choice((closed, b"")) * DEEP
    return rng.choice((text, b'{"a": ' + text + b"}", raw + b"\nzzz: " + text + b"\n"))


def bomb(raw: bytes, rng: random.Random) -> bytes:
    first = b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    return (
        first
        + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 9))
        + raw
    )


def alien(raw: bytes, rng: random.Random) -> bytes:
    return rng.choice(
        (
            b"a" * 1_000_000,
            raw.decode("latin-1").encode("utf-16"),
            os.urandom(0) + rng.randbytes(300),
            b"\n".join(b"k%d: v" % n for n in range(3_000)),
            b"a: " * 3_000,
            b"#" * 500_000,
            b"7" * 6_000,
        )
    )


BYTES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    one.__name__: one
    for one in (
        flipped,
        truncated,
        without_a_piece,
        repeated,
        line_moved,
        injected,
        nothing,
        bottomless,
        bomb,
        alien,
    )
}


def _nodes(tree: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield keys
    if isinstance(tree, dict | list):
        for key in tree if isinstance(tree, dict) else range(len(tree)):
            yield from _nodes(tree[key], (*keys, key))


def changed_tree(tree: Any, rng: random.Random) -> Any:
    """Change a tree at one place: another value, a key less, more, or of another name."""
    for _ in range(rng.choice((1, 1, 1, 3))):
        keys = rng.choice(list(_nodes(tree)))
        if not keys:
            if rng.random() < 0.9:
                continue
            return rng.choice(SWAPS)
        *above, last = keys
        holder = tree
        for key in above:
            holder = holder[key]
        kind = rng.randrange(8)
        if kind == 0:
            del holder[last]
        elif kind == 1 and isinstance(holder, dict):
            holder[rng.choice(TRICKS)] = holder.pop(last)
        elif kind == 2 and isinstance(holder, dict):
            holder[rng.choice(TRICKS)] = rng.choice(SWAPS)
        elif kind == 3:
            holder[last] = [holder[last]]
        elif kind == 4 and isinstance(holder[last], str):
            holder[last] = holder[last][:3] + rng.choice(TRICKS) + holder[last][3:]
        else:
            holder[last] = rng.choice(SWAPS)
    return tree


def restructured(raw: bytes, rng: random.Random) -> bytes:
    """Change the tree that a JSON or YAML text (or one line of many) stands for; other bytes are flipped."""
    try:
        if raw.count(b"\n") > 1 and raw.startswith(b"{"):
            lines = raw.splitlines()
            number = rng.randrange(len(lines))
            lines[number] = _written(changed_tree(json.loads(lines[number]), rng), rng)
            return b"\n".join(lines) + b"\n"
    except ValueError:
        pass
    try:
        tree = json.loads(raw) if raw[:1] in b"{[" else yaml.safe_load(raw)
    except (ValueError, yaml.YAMLError):
        return flipped(raw, rng)
    return _written(changed_tree(tree, rng), rng)


def _written(tree: Any, rng: random.Random) -> bytes:
    ascii_only = rng.random() < 0.5
    text = json.dumps(tree, default=str, ensure_ascii=ascii_only)
    if rng.random() < 0.05:
        text = text.replace("{", '{"a": 1, "a": 2, ', 1)
    if rng.random() < 0.1:
        text = text.replace(" 1", " 1" + "0" * 5_000, 1)
    return text.encode("utf-8", "surrogatepass")


BYTES["restructured"] = restructured


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "x.yaml").write_text("a: 1\n")


PLACES: dict[str, Callable[[Path], None]] = {
    "a folder": _folder,
    "a loop of links": lambda path: path.symlink_to(path.name),
    "a link out": lambda path: path.symlink_to("/etc/passwd"),
    "a link to nothing": lambda path: path.symlink_to("/nonexistent/x"),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a pipe": os.mkfifo,
    "gone": lambda _: None,
}
"""What may lie where a file is expected; each is told the path, where nothing is by then."""
