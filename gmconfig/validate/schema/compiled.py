"""A schema, compiled once and asked often: what is wrong with this value?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.path import Keys
from gmconfig.validate.schema.draft import draft_of
from gmconfig.validate.schema.library import load_jsonschema
from gmconfig.validate.schema.pattern import has_long_texts
from gmconfig.validate.schema.resources import Resources, reference_to
from gmconfig.validate.schema.unfolded import MOST, unfolds_without_end
from gmconfig.validate.schema.unknown import plain, stand_in, unknown_paths
from gmconfig.validate.schema.verdict import BrokenSchema, compiled, forbids

if TYPE_CHECKING:
    from jsonschema_rs import Validator


_HALF = "it holds half a character: that is not text"  # a surrogate, which YAML can escape
_TOO_MANY = f"it asks more than {MOST:,} schemas about one value"
_FEWER = "let its parts refer to each other less often"


class Problem(NamedTuple):
    """One thing wrong with a value: where in it, by which keyword, in words.

    `at_key` says that the key is to blame, not what stands under it.
    """

    keys: Keys
    keyword: str
    message: str
    hint: str | None = None
    at_key: bool = False


def _known(_value: object) -> bool:
    return False


class Schema:
    """A schema that was read; `broken` says what is wrong with it, at paths in the schema itself.

    A broken schema finds nothing wrong with any value.
    """

    def __init__(self, file: str, contents: object, resources: Resources) -> None:
        self.file = file
        self.contents = contents
        self._resources = resources
        self._base = resources.begin(file, contents)
        self.draft = draft_of(contents, resources.retrieve)
        self.broken: list[Problem] = []
        self._verdict: Validator | None = None
        if not isinstance(contents, dict | bool):
            self.broken = [Problem((), "type", "a schema is a map, or true or false")]
        elif self.draft is None:
            self.broken = [_unknown_draft(contents)]
        else:
            self._compile(self.draft)
        self.used = frozenset(resources.used)

    def _compile(self, draft: int) -> None:
        try:
            self._verdict = compiled(self.contents, draft, self._resources.retrieve, self._base)
        except BrokenSchema as error:
            self.broken = list(self._troubles(draft, error))
        except ValueError as error:
            said = "nested too deeply" if "ecursion" in str(error) else _HALF
            self.broken = [Problem((), "type", said)]
        if not self.broken and unfolds_without_end(self.contents, self._base, self._resources.retrieve):
            self._verdict = None
            self.broken = [Problem((), "$ref", _TOO_MANY, _FEWER)]

    def is_valid(self, value: object) -> bool:
        """Give the fast engine's verdict on a plain value."""
        if has_long_texts(value):
            return not self.problems(value)
        return self._verdict is None or self._verdict.is_valid(value)

    def problems(
        self,
        value: object,
        *,
        is_unknown: Callable[[object], bool] = _known,
        is_hidden: Callable[[Keys], bool] = _known,
    ) -> list[Problem]:
        """Say what is wrong with a value; the unknown in it neither fails nor passes."""
        if self._verdict is None:
            return []
        if has_long_texts(value):
            return self._tried(plain(value, is_unknown), is_hidden)
        with suppress(ValueError):  # it holds something that JSON has no word for
            if self._verdict.is_valid(value):
                return []
        value = plain(value, is_unknown)
        if self._is_excused(value):
            return []
        return self._explained(value, is_hidden)

    def _tried(self, value: object, is_hidden: Callable[[Keys], bool]) -> list[Problem]:
        """Say what is wrong with a value of long texts: the fast engine would try them on any pattern."""
        found = self._narrated(value, is_hidden)
        return found if found is not None else [Problem((), "pattern", "too much for this schema")]

    def _is_excused(self, value: object) -> bool:
        """Whether nothing is wrong that stands anywhere but at something unknown."""
        unknown = set(unknown_paths(value))
        replaced = stand_in(value)
        assert self._verdict is not None  # noqa: S101  # only a schema that compiled is asked
        if self._verdict.is_valid(replaced):
            return True
        errors = self._verdict.iter_errors(replaced)
        return all(tuple(error.instance_path) in unknown and not forbids(error) for error in errors)

    def _explained(self, value: object, is_hidden: Callable[[Keys], bool]) -> list[Problem]:
        return self._narrated(value, is_hidden) or self._unexplained(value)

    def _narrated(self, value: object, is_hidden: Callable[[Keys], bool]) -> list[Problem] | None:
        load_jsonschema()
        from gmconfig.validate.schema.narrate import narrated

        assert self.draft is not None  # noqa: S101  # only a schema that compiled is asked
        return narrated(self.contents, value, self.draft, self._resources.retrieve, self._base, is_hidden)

    def _unexplained(self, value: object) -> list[Problem]:
        """Say what the fast engine found, in few words, where the other one has no explanation."""
        unknown = set(unknown_paths(value))
        assert self._verdict is not None  # noqa: S101  # only a schema that compiled is asked
        return [
            Problem(tuple(error.instance_path), error.kind.name, f'does not satisfy "{error.kind.name}"')
            for error in ([] if unknown else self._verdict.iter_errors(value))
        ]

    def _troubles(self, draft: int, error: BrokenSchema) -> Iterator[Problem]:
        """Say what keeps a schema from being one."""
        for uri in self._resources.missing:
            yield _missing(uri, reference_to(self.contents, uri, self._base))
        if self._resources.missing:
            return
        load_jsonschema()
        from gmconfig.validate.schema.explain import metaschema_of
        from gmconfig.validate.schema.narrate import narrated

        found = list(
            narrated(metaschema_of(draft), self.contents, draft, self._resources.retrieve, self._base, _known)
            or ()
        )
        text = str(error.message)
        yield from found or [Problem(tuple(error.instance_path), "schema", text[0].lower() + text[1:])]


def _unknown_draft(contents: object) -> Problem:
    named = contents["$schema"] if isinstance(contents, dict) else None
    known = 'use "http://json-schema.org/draft-07/schema#" or "https://json-schema.org/draft/2020-12/schema"'
    return Problem(
        ("$schema",), "$schema", f'"{named}" is not a draft of JSON Schema that gmconfig knows', known
    )


def _missing(uri: str, keys: Keys) -> Problem:
    if uri.startswith("file:///"):
        return Problem(
            keys, "$ref", f'"{uri[8:]}" does not exist', "schemas refer to each other by file name or $id"
        )
    hint = f"vendor it, schemas are never downloaded: wget -x -P schemas/vendor {uri}"
    return Problem(keys, "$ref", f'"{uri}" is not among the vendored schemas', hint)
