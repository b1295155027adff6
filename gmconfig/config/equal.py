"""Whether two values are the same as YAML has them: 1 is not 1.0, and true is not 1."""

from __future__ import annotations

from gmconfig.config.trace import plain


def same(left: object, right: object) -> bool:
    """Compare two trees with their types; the order of a map's keys does not count."""
    if left is right:
        return True
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(*pair) for pair in zip(left, right, strict=True))
    return _kind(left) == _kind(right) and (left == right or (left != left and right != right))  # noqa: PLR0124


def identity(value: object) -> object:
    """Give something hashable that two values share exactly when they are the same."""
    if isinstance(value, dict):
        return frozenset((key, identity(item)) for key, item in value.items())
    if isinstance(value, list):
        return tuple(identity(item) for item in value)
    value = plain(value)
    return _kind(value), "nan" if value != value else value  # noqa: PLR0124


def _kind(value: object) -> object:
    """Give a scalar's type; a sealed token is a text like any other, a tagged scalar has its tag."""
    if isinstance(value, str):
        return getattr(value, "tag", None) or "text"
    return type(value).__name__
