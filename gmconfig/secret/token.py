"""What a sealed value looks like in a file, the place it is bound to, and the masked value it opens to.

A token is one plain YAML scalar: `gm1.<scope>.<generation>.<fernet>` or, sealed by somebody who cannot
read the scope, `gm1s.<scope>.<generation>.<ephemeral public key>.<fernet>`. Configuration is resolved
through this module on every command's way, so it loads nothing.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

from gmconfig.errors import BrokenConfiguration
from gmconfig.path import Selector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from gmconfig.path import KeyPath

PREFIXES = ("gm1.", "gm1s.")
MASK = "***"

_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_SCOPE = _LOWER | {"-", "_"}
_LONGEST_NAME = 64
# "+" and "/" are not letters of base64url: they become something that base64 does not know.
_TO_STANDARD = bytes.maketrans(b"-_+/", b"+/!!")
_TO_URL = bytes.maketrans(b"+/", b"-_")

PathElement = str | int | Selector
"""A map's key, a list's index, or the merge key of a list item (`[name=api]`) where one is declared."""


class Context:
    """The place that a value is sealed for; a token opens nowhere else.

    `document` is None for the named secrets below `secrets/`. `environment` is None for a base layer and for
    `secrets/common.yaml`. `variables` are those of a further layer (`host`, `web-1`), sorted by name.
    `path` is where the node is written, before aliases, merge keys and inheritance. `layer` is what all values
    of one YAML document of one layer share.
    """

    __slots__ = ("layer", "path")

    def __init__(
        self,
        document: str | None,
        environment: str | None,
        path: tuple[PathElement, ...],
        *,
        variables: tuple[tuple[str, str], ...] = (),
        yaml_document: int = 1,
    ) -> None:
        self.layer = document, environment, variables, yaml_document
        self.path = path

    def beside(self, path: tuple[PathElement, ...]) -> Context:
        """Give another place of the same YAML document."""
        other = object.__new__(Context)
        other.layer = self.layer
        other.path = path
        return other

    @property
    def document(self) -> str | None:
        """The document; None for the named secrets."""
        return self.layer[0]

    @property
    def environment(self) -> str | None:
        """The environment; None for a base layer and `common`."""
        return self.layer[1]

    @property
    def variables(self) -> tuple[tuple[str, str], ...]:
        """Those of a further layer."""
        return self.layer[2]

    @property
    def yaml_document(self) -> int:
        """The YAML document's number in its file, from 1 on."""
        return self.layer[3]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Context) and (self.layer, self.path) == (other.layer, other.path)

    def __hash__(self) -> int:
        return hash((self.layer, self.path))

    def __repr__(self) -> str:
        return f"Context({self})"

    def __str__(self) -> str:
        from gmconfig.path import KeyPath

        number = self.yaml_document if self.yaml_document != 1 else 0
        if self.document is None:
            name = str(self.path[0]) if self.path else ""
            return f"secret {name} in {self.environment or 'common'}"
        variables = "".join(f", {name}={value}" for name, value in self.variables)
        where = f" in {self.environment}" if self.environment else " in the base layer"
        return f"{self.document}: {KeyPath(self.path, number)}{where}{variables}"


class Sealed(str):
    """A token as it stands in a layer; a text like any other until somebody opens it.

    `context` is the place where it was found, `file` and `keys` say where that is written.
    """

    __slots__ = ("context", "file", "keys")

    context: Context
    file: str
    keys: tuple[str | int, ...]

    def __new__(
        cls, token: str, context: Context, file: str = "", keys: tuple[str | int, ...] = ()
    ) -> Sealed:
        """Mark a token with its place."""
        sealed = str.__new__(cls, token)
        sealed.context = context
        sealed.file = file
        sealed.keys = keys
        return sealed

    @property
    def written_at(self) -> KeyPath:
        """The path in its file, with the number of the YAML document: there may be several."""
        from gmconfig.path import KeyPath

        return KeyPath(self.keys, self.context.yaml_document)

    def __deepcopy__(self, memo: object) -> Sealed:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Sealed, (str(self), self.context, self.file, self.keys)


class Secret:
    """An opened value that nothing prints by accident: `str` and `repr` give `***` until `reveal()`."""

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    def reveal(self) -> object:
        """Give the plain value."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, form: str) -> str:
        return format(MASK, form)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        from hmac import compare_digest

        from gmconfig.secret.plaintext import encode

        return compare_digest(encode(self._value), encode(other._value))

    # A hash would let a dictionary's timing and order speak about the value.
    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret cannot be pickled")


class Token:
    """A token's parts; `ephemeral` is empty for one that was sealed by somebody who can read.

    `raw` are the bytes of `fernet`, once `parse` has decoded them.
    """

    __slots__ = ("ephemeral", "fernet", "generation", "raw", "scope")

    def __init__(self, scope: str, generation: str, fernet: str, ephemeral: str = "") -> None:
        self.raw = b""
        self.scope = scope
        self.generation = generation
        self.fernet = fernet
        self.ephemeral = ephemeral

    @property
    def key_name(self) -> tuple[str, str]:
        """The scope and the generation whose key it needs."""
        return self.scope, self.generation

    def __str__(self) -> str:
        if self.ephemeral:
            return f"gm1s.{self.scope}.{self.generation}.{self.ephemeral}.{self.fernet}"
        return f"gm1.{self.scope}.{self.generation}.{self.fernet}"


def is_token(value: object) -> bool:
    """Whether a value claims to be sealed; a damaged token still does, and is refused when it is opened."""
    return isinstance(value, str) and value.startswith(PREFIXES)


def parse(text: str) -> Token:
    """Read a token, strictly: exactly one text stands for one token.

    Raises:
        BrokenConfiguration: the text is not a whole token.
    """
    kind, *parts = text.split(".")
    count = len(parts)
    if kind == "gm1" and count == 3:
        token = Token(*parts)
    elif kind == "gm1s" and count == 4:
        token = Token(parts[0], parts[1], parts[3], parts[2])
    else:
        raise _damaged(text)
    if not (_are_names(token.scope, token.generation) and _is_sealed_part(token, kind)):
        raise _damaged(text)
    return token


def _are_names(scope: str, generation: str) -> bool:
    """Check a key's name, once for all of its tokens."""
    if (scope, generation) in _KNOWN_NAMES:
        return True
    if not (is_scope(scope) and is_generation(generation)):
        return False
    if len(_KNOWN_NAMES) < _MOST_KNOWN:
        _KNOWN_NAMES.add((scope, generation))
    return True


_KNOWN_NAMES: set[tuple[str, str]] = set()
_MOST_KNOWN = 1_000


def is_scope(name: str) -> bool:
    """Whether a name can be a scope's: lower case letters, digits, `-` and `_`, a letter or digit first."""
    return 0 < len(name) <= _LONGEST_NAME and name[0] in _LOWER and _SCOPE.issuperset(name)


def is_generation(name: str) -> bool:
    """Whether a name can be a generation's: lower case letters and digits."""
    return 0 < len(name) <= _LONGEST_NAME and _LOWER.issuperset(name)


def _is_sealed_part(token: Token, kind: str) -> bool:
    """Check the encoded parts: canonical base64, so that no other text decodes to the same bytes."""
    raw = decoded(token.fernet)
    if raw is None or len(raw) < 73 or len(raw) % 16 != 9 or raw[0] != 0x80:
        return False
    token.raw = raw
    return kind == "gm1" or len(decoded(token.ephemeral + "=") or b"") == 32


def decoded(text: str) -> bytes | None:
    """Decode base64url; None unless encoding the bytes gives that very text again."""
    try:
        plain = text.encode("ascii")
        raw = a2b_base64(plain.translate(_TO_STANDARD))
    except ValueError:
        return None
    return raw if b2a_base64(raw, newline=False).translate(_TO_URL) == plain else None


def _damaged(text: str) -> BrokenConfiguration:
    from gmconfig.secret.set_command import set_command

    return BrokenConfiguration(
        "this sealed value is damaged: it is not a whole gm1 token",
        hint=f"take it from an earlier version, or give it a new value: {set_command(text)}",
    )
