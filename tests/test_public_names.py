"""What `from gmconfig import …` gives is documented: every name, every option, every field; examples hold."""

import doctest
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import gmconfig
from gmconfig import api

NAMES = sorted(api.__all__)
PACKAGE = Path(gmconfig.__file__).parent
EXAMPLES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if ">>> " in path.read_text()
)


def own(value: object) -> bool:
    return getattr(value, "__module__", "").startswith("gmconfig")


def documentation(value: object) -> str:
    """Give a class's documentation with that of those it builds on, or a function's."""
    kinds = value.__mro__ if inspect.isclass(value) else (value,)
    return " ".join(kind.__doc__ or "" for kind in kinds if own(kind))


def callables(value: object) -> Iterator[tuple[str, object]]:
    if not inspect.isclass(value):
        yield value.__name__, value
        return
    for name, function in inspect.getmembers(value, inspect.isfunction):
        if own(function) and (name == "__init__" or not name.startswith("_")):
            yield name, function


def to_say(name: str, function: object) -> Iterator[str]:
    """Yield the parameters that no caller must know by heart; of a class all, for they are its fields."""
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if (
            name == "__init__"
            or parameter.default is not parameter.empty
            or parameter.kind is parameter.VAR_KEYWORD
        ):
            yield parameter.name


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_documented(name: str):
    value = getattr(gmconfig, name)
    about = documentation(value)
    assert about.strip()
    missing = [
        f"{method}: {word}"
        for method, function in callables(value)
        for word in to_say(method, function)
        if not re.search(rf"\b{word}\b", f"{about} {function.__doc__}")
    ]
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_every_public_method_is_documented(name: str):
    value = getattr(gmconfig, name)
    bare = [
        method
        for method, function in inspect.getmembers(value)
        if not method.startswith("_") and (inspect.isfunction(function) or isinstance(function, property))
        if own(getattr(function, "fget", function)) and not (function.__doc__ or "").strip()
    ]
    assert bare == []


def test_every_public_name_is_there_for_editors_too():
    """Type checkers read the imports of the package's note; what is loaded on first use must be the same."""
    source = inspect.getsource(api)
    block = source.partition("if TYPE_CHECKING:")[2].partition("\n_HOMES")[0]
    imported = set(re.findall(r"\b[A-Za-z_]\w*\b", re.sub(r"from [\w.]+ import|\w+ as ", " ", block)))
    assert set(NAMES) <= imported


def test_a_star_gives_every_public_name_and_a_prompt_offers_them():
    names: dict[str, object] = {}
    exec("from gmconfig import *", names)
    assert set(NAMES) <= set(names)
    assert set(NAMES) <= set(dir(gmconfig))


@pytest.mark.parametrize("module", EXAMPLES)
def test_every_example_in_a_docstring_holds(module: str):
    done = doctest.testmod(import_module(module))
    assert done.attempted and not done.failed
