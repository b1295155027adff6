"""The engine that explains: `jsonschema`, held to the standard where it differs from it."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urljoin

import attrs
import jsonschema
import jsonschema_specifications  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.exceptions import NoSuchResource
from referencing.jsonschema import specification_with

from gmconfig.validate.schema import keywords
from gmconfig.validate.schema.formats import FORMATS, OF_DRAFT

_BASES: dict[int, Any] = {
    4: jsonschema.Draft4Validator,
    6: jsonschema.Draft6Validator,
    7: jsonschema.Draft7Validator,
    2019: jsonschema.Draft201909Validator,
    2020: jsonschema.Draft202012Validator,
}
_STANDARD = {
    str(base.META_SCHEMA.get("$id", base.META_SCHEMA.get("id"))).rstrip("#"): draft
    for draft, base in _BASES.items()
}
_OWN: dict[str, keywords.Keyword] = {
    "anyOf": keywords.any_of,
    "oneOf": keywords.one_of,
    "not": keywords.not_,
    "if": keywords.if_,
    "pattern": keywords.pattern,
    "patternProperties": keywords.pattern_properties,
    "additionalProperties": keywords.additional_properties,
    "dependencies": keywords.dependencies,
}
_CONTENT: dict[str, keywords.Keyword] = {
    "contentEncoding": keywords.content_encoding,
    "contentMediaType": keywords.content_media_type,
}
# Formats are asserted whatever a vocabulary says, as the verdict engine is told to.
_ALWAYS = ("format", "$ref", "$dynamicRef", "$recursiveRef")
_LOOKING_IN = ("contains", "enum", "const", "uniqueItems", "unevaluatedItems", "unevaluatedProperties")


def explained(
    schema: Any, value: object, draft: int, retrieve: Callable[[str], Any], base: str
) -> Iterator[ValidationError]:
    """Yield every error that a value has by a schema, whatever is unknown in it."""
    kind = _engine(draft)
    vocabularies = _vocabularies(schema, retrieve) if draft >= 2019 else None
    if vocabularies is not None:
        kind = _extended(kind, dict.fromkeys(_left_out(vocabularies), _silent))
    root = _resource(schema, draft)
    uri = urljoin(base, root.id() or "")
    resolver = _registry(draft, retrieve).with_resource(uri, root).resolver(uri)
    engine = kind(schema, format_checker=_formats(draft), _resolver=resolver)
    return (error for error in engine.iter_errors(value) if not isinstance(error, keywords.Maybe))


def metaschema_of(draft: int) -> Any:
    """Give the schema of schemas."""
    return _BASES[draft].META_SCHEMA


@cache
def _engine(draft: int) -> Any:
    base = _BASES[draft]
    own = {**base.VALIDATORS, **{name: rule for name, rule in _OWN.items() if name != "if" or draft >= 7}}
    if draft in (6, 7):
        own.update(_CONTENT)
    own.update({name: keywords.cautious(own[name]) for name in _LOOKING_IN if name in own})
    return _extended(base, {name: keywords.wary(rule) for name, rule in own.items()})


def _extended(base: Any, rules: dict[str, Any]) -> Any:
    kind: Any = jsonschema.validators.extend(base, rules)  # type: ignore[no-untyped-call]
    kind.evolve = _evolved
    return kind


def _evolved(engine: Any, **changes: Any) -> Any:
    """Go on with a schema inside; the library would leave our engine wherever a `$schema` stands."""
    named = changes.get("schema", engine.schema)
    draft = _STANDARD.get(named.get("$schema", "").rstrip("#")) if isinstance(named, Mapping) else None
    kind = _engine(draft) if draft and draft != _STANDARD.get(_id_of(engine)) else type(engine)
    kept = {field.alias: getattr(engine, field.name) for field in attrs.fields(type(engine)) if field.init}
    return kind(**{**kept, **changes})


def _id_of(engine: Any) -> str:
    return str(engine.META_SCHEMA.get("$id", engine.META_SCHEMA.get("id"))).rstrip("#")


@cache
def _formats(draft: int) -> jsonschema.FormatChecker:
    checker = jsonschema.FormatChecker(formats=())
    for name in OF_DRAFT[draft]:
        checker.checks(name)(lambda value, _is=FORMATS[name]: not isinstance(value, str) or _is(value))
    return checker


def _resource(contents: Any, draft: int) -> Resource[Any]:
    dialect = _BASES[draft].META_SCHEMA.get("$schema")
    return Resource.from_contents(contents, default_specification=specification_with(dialect))


def _registry(draft: int, retrieve: Callable[[str], Any]) -> Registry[Any]:
    def resource(uri: str) -> Resource[Any]:
        try:
            return _resource(retrieve(uri), draft)
        except LookupError as error:
            raise NoSuchResource(ref=uri) from error  # type: ignore[call-arg]

    known: Registry[Any] = jsonschema_specifications.REGISTRY.combine(Registry(retrieve=resource))  # type: ignore[call-arg]
    return known


def _vocabularies(schema: Any, retrieve: Callable[[str], Any]) -> Mapping[str, bool] | None:
    """Give the vocabularies of a metaschema of one's own; None for the standard's."""
    named = schema.get("$schema") if isinstance(schema, Mapping) else None
    if not isinstance(named, str) or named.rstrip("#") in jsonschema_specifications.REGISTRY:
        return None
    try:
        metaschema = retrieve(named)
    except LookupError:
        return None
    found = metaschema.get("$vocabulary") if isinstance(metaschema, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _left_out(vocabularies: Mapping[str, bool]) -> Iterator[str]:
    """Yield the keywords of the standard's vocabularies that are not among these."""
    for uri in jsonschema_specifications.REGISTRY:
        contents = jsonschema_specifications.REGISTRY[uri].contents
        offered = contents.get("$vocabulary", {}) if "/meta/" in uri else {}
        if (
            offered
            and not any(name in vocabularies for name in offered)
            and _same_draft(offered, vocabularies)
        ):
            yield from (name for name in contents.get("properties", {}) if name not in _ALWAYS)


def _same_draft(offered: Mapping[str, bool], vocabularies: Mapping[str, bool]) -> bool:
    drafts = {name.split("/vocab/")[0] for name in vocabularies}
    return any(name.split("/vocab/")[0] in drafts for name in offered)


def _silent(_validator: Any, _value: Any, _instance: Any, _schema: Any) -> None:
    return None
