"""The checks that a rule can name: each gets a value, the rule's parameters and the environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache, wraps
from types import FunctionType
from typing import cast

from gmconfig import further
from gmconfig.errors import BrokenConfiguration, NotFound
from gmconfig.path import did_you_mean
from gmconfig.validate.policy.rule import Verdict

_WEAK = frozenset(
    [
        "admin",
        "administrator",
        "changeme",
        "change-me",
        "change_me",
        "default",
        "demo",
        "example",
        "guest",
        "letmein",
        "pass",
        "passw0rd",
        "password",
        "password1",
        "password123",
        "qwerty",
        "root",
        "secret",
        "test",
        "toor",
        "welcome",
        "123456",
        "12345678",
        "123456789",
        "1234",
        "0000",
        "abc123",
        "postgres",
        "mysql",
        "rabbitmq",
        "redis",
        "minio",
    ]
)
_TAKES_MORE = 0x04
"""The flag of code with `*arguments`."""
_OLD_TLS = frozenset(
    [
        "1",
        "1.0",
        "1.1",
        "sslv2",
        "sslv3",
        "tls1",
        "tls1.0",
        "tls1.1",
        "tlsv1",
        "tlsv1.0",
        "tlsv1.1",
        "tls1_0",
        "tls1_1",
        "ssl3",
    ]
)


def validate_ssl_enabled(value: object, parameters: Mapping[str, object], environment: str | None) -> Verdict:
    """TLS is on; with `required_for_prod: true`, in production only."""
    if parameters.get("required_for_prod") and environment not in (None, "production", "prod"):
        return True
    return _is_on(value) or "TLS is off"


def validate_enabled(value: object) -> Verdict:
    """The switch is on."""
    return _is_on(value) or f"is {_word(value)}"


def validate_disabled(value: object) -> Verdict:
    """The switch is off."""
    return not _is_on(value) or f"is {_word(value)}"


def validate_debug_disabled(value: object) -> Verdict:
    """Debugging is off: neither a switch nor a list of things to debug."""
    return validate_disabled(value)


def validate_backup_enabled(value: object) -> Verdict:
    """Backups are on."""
    return validate_enabled(value)


def validate_no_default_password(value: object, parameters: Mapping[str, object]) -> Verdict:
    """The password is not one that everybody tries first; `also` names more of them."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return True
    also = parameters.get("also")
    more = {str(word).lower() for word in also} if isinstance(also, list) else set()
    text = str(value).strip().lower()
    return text not in _WEAK | more or "is a password that everybody tries first"


def validate_no_wildcard(value: object) -> Verdict:
    """No `*` that lets everybody in."""
    return value != "*" or 'is "*", which lets everybody in'


def validate_tls_version(value: object) -> Verdict:
    """TLS 1.2 or later."""
    text = str(value).strip().lower().replace(" ", "")
    return text not in _OLD_TLS or "allows a version of TLS that is broken"


def validate_min(value: object, parameters: Mapping[str, object]) -> Verdict:
    """A number that is at least `min`."""
    least = parameters.get("min", 0)
    fine = isinstance(value, int | float) and isinstance(least, int | float) and value >= least
    return fine or f"is less than {least}"


def _is_on(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().lower() not in ("", "0", "false", "no", "off", "none", "disabled", "disable")
    return bool(value)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "on" if _is_on(value) else "off"


CHECKS: dict[str, Callable[..., Verdict]] = {
    function.__name__: function
    for function in (
        validate_ssl_enabled,
        validate_enabled,
        validate_disabled,
        validate_debug_disabled,
        validate_backup_enabled,
        validate_no_default_password,
        validate_no_wildcard,
        validate_tls_version,
        validate_min,
    )
}
"""Every check by its name; a new one is a function and a line here."""

GROUP = "gmconfig.checks"
"""The entry points of other packages' checks."""


def function(named: str | Callable[..., Verdict]) -> Callable[..., Verdict]:
    """Give the check that a rule names, or carries.

    Raises:
        NotFound: no check has that name.
        BrokenConfiguration: another package's cannot be loaded.
    """
    if callable(named):
        return named
    return CHECKS.get(named) or _further(named)


def is_further(named: object) -> bool:
    """Whether a rule names another package's check, whose answers change with that package."""
    return isinstance(named, str) and named not in CHECKS


@cache
def _further(name: str) -> Callable[..., Verdict]:
    found = further.load(GROUP, name, "the check")
    if found is None:
        known = [*CHECKS, *further.names(GROUP)]
        raise NotFound(
            f'no check is named "{name}"', hint=did_you_mean(name, known, f"known: {', '.join(known)}")
        )
    if not callable(found):
        raise BrokenConfiguration(f'the check "{name}" cannot be called')
    return _guarded(name, cast("Callable[..., Verdict]", found))


def _guarded(name: str, check: Callable[..., Verdict]) -> Callable[..., Verdict]:
    """Let its mistakes be complaints; texts of its exceptions may hold the value, and are not repeated."""

    @wraps(check)
    def ask(*arguments: object) -> Verdict:
        try:
            return said(check(*arguments))
        except (Exception, SystemExit) as error:  # nobody knows what another package raises
            return f'cannot be judged: the check "{name}" raised {type(error).__name__}'

    return ask


def complaints(
    check: Callable[..., Verdict], value: object, parameters: Mapping[str, object], environment: str | None
) -> list[str]:
    """Ask a check, with as many arguments as it takes, and give what it complains about."""
    return said(check(*(value, parameters, environment)[: _arity(check)]))


def said(verdict: Verdict) -> list[str]:
    """Give the complaints of a verdict: what a function yields, a text alone, or that it says no."""
    if verdict is None or verdict is True:
        return []
    if verdict is False:
        return ["is not allowed"]
    return [verdict] if isinstance(verdict, str) else [str(text) for text in verdict]


def _arity(check: Callable[..., Verdict]) -> int:
    try:
        return _known_arity(check)
    except TypeError:  # it cannot be hashed
        return _counted_arity(check)


def _counted_arity(check: Callable[..., Verdict]) -> int:
    if type(check) is FunctionType and not check.__dict__ and not check.__code__.co_flags & _TAKES_MORE:
        return min(3, max(1, check.__code__.co_argcount))
    import inspect  # costs 8 ms, and only what is not a plain function needs it

    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        parameters = inspect.signature(check).parameters.values()
    except ValueError:  # a builtin that does not say
        return 1
    if any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters):
        return 3
    return min(3, max(1, sum(parameter.kind in kinds for parameter in parameters)))


_known_arity = lru_cache(maxsize=256)(_counted_arity)
