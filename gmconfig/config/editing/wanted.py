"""From a wished value to what is to be written: what did not change keeps its placeholder or seal."""

from __future__ import annotations

from gmconfig.config.equal import same
from gmconfig.config.placeholder import Unknown
from gmconfig.errors import Refused
from gmconfig.path import Keys, format_keys, under, walk
from gmconfig.secret.set_command import set_command
from gmconfig.secret.token import Sealed, Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def written_form(written: object, value: object, wanted: object, *, can_seal: bool) -> object:
    """Give the tree to be written so that its value is `wanted`.

    `written` is the merged tree before placeholders, `value` what it means today. A changed value that was
    sealed comes back as a `Secret`, to be sealed again.

    Raises:
        Refused: a secret would be written in plain text.
    """
    known = [leaf for _, leaf in walk(value) if isinstance(leaf, Secret)]
    return _Former(known, can_seal).form(written, value, wanted, ())


class _Former:
    def __init__(self, known: list[Secret], can_seal: bool) -> None:
        self.plain = [text for text in _texts(known) if len(text) > 3]
        self.can_seal = can_seal

    def form(self, written: object, value: object, wanted: object, keys: Keys) -> object:
        if _means(value, wanted):
            return written
        if isinstance(wanted, dict):
            return {key: self._child(written, value, wanted, key, keys) for key in _order(value, wanted)}
        if isinstance(wanted, list):
            return [self._child(written, value, wanted, index, keys) for index in range(len(wanted))]
        if isinstance(value, Secret | Unknown) and not isinstance(wanted, Secret):
            return self._secret(written, value, wanted, keys)
        self._refuse_leak(wanted, keys)
        return wanted

    def _child(
        self,
        written: object,
        value: object,
        wanted: dict[str, object] | list[object],
        key: str | int,
        keys: Keys,
    ) -> object:
        inner = wanted[key]  # type: ignore[index]
        return self.form(under(written, key), under(value, key), inner, (*keys, key))

    def _secret(self, written: object, value: Secret | Unknown, wanted: object, keys: Keys) -> object:
        """Seal the new value of what was sealed; what comes from elsewhere is changed there."""
        where = format_keys(keys)
        if isinstance(value, Unknown) and value.reason == "kept":
            return wanted
        if isinstance(written, Sealed) and self.can_seal:
            return Secret(wanted)
        if isinstance(written, Sealed):
            raise Refused(f'"{where}" is sealed', hint=set_command(written))
        raise Refused(
            f'"{where}" is made of a secret: {written}', hint="gmconfig secret set changes the secret itself"
        )

    def _refuse_leak(self, wanted: object, keys: Keys) -> None:
        if isinstance(wanted, str) and any(text in wanted for text in self.plain):
            message = f'"{format_keys(keys)}" would hold a secret in plain text'
            raise Refused(message, hint="refer to it: ${SECRET:name} or ${CONFIG:path}")


def _means(value: object, wanted: object) -> bool:
    """Whether a wished value is today's, secrets opened on either side."""
    if isinstance(value, Unknown) and not isinstance(wanted, Unknown):
        return value.reason == "kept" and value.text == wanted
    return same(_opened(value), _opened(wanted))


def _opened(value: object) -> object:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, dict):
        return {key: _opened(item) for key, item in value.items()}
    return [_opened(item) for item in value] if isinstance(value, list) else value


def _texts(secrets: list[Secret]) -> Iterator[str]:
    for secret in secrets:
        opened = secret.reveal()
        yield from (leaf for _, leaf in walk(opened) if isinstance(leaf, str))


def _order(value: object, wanted: dict[str, object]) -> list[str]:
    """Keep today's order of keys, new ones behind."""
    old = [key for key in value if key in wanted] if isinstance(value, dict) else []
    return [*old, *(key for key in wanted if key not in old)]
