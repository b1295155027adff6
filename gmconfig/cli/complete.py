"""What a shell offers after Tab: the names of whatever a repository has.

Where nothing can be read there is nothing to offer: a shell that completes is not a place for an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from gmconfig.project import Project

_NEWEST = 20  # deployments of an environment
_COMMANDS = frozenset("$`\\;&|<>()!")
"""What makes a shell do more than read on; zsh evaluates what is offered before anybody chose it."""


def one_of(*words: str) -> Callable[[str], list[str]]:
    """Offer these words."""

    def offer(incomplete: str) -> list[str]:
        return _offered(incomplete, lambda: words)

    return offer


def tools(incomplete: str) -> list[str]:
    """Offer the tools that secrets can be imported from."""
    from gmconfig.secret.importer.registry import tools as known

    return _offered(incomplete, known)


def documents(incomplete: str) -> list[str]:
    """Offer the documents of this repository."""
    return _offered(incomplete, lambda: _manager(None).list_documents())


def environments(incomplete: str) -> list[str]:
    """Offer the environments of this repository."""
    return _offered(incomplete, lambda: _manager(None).environments)


def deployable(incomplete: str) -> list[str]:
    """Offer the environments and targets of this repository."""
    return _offered(incomplete, _deployable)


def rules(incomplete: str) -> list[str]:
    """Offer the automation rules of this repository."""
    from gmconfig.automation.rules.declared import entries

    return _offered(incomplete, lambda: entries(_project()))


def revisions(incomplete: str) -> list[str]:
    """Offer the branches and tags of this repository."""
    return _offered(incomplete, _revisions)


def secrets(incomplete: str) -> list[str]:
    """Offer the names of secrets, of whichever environment."""
    return _offered(incomplete, _secrets)


def scopes(incomplete: str) -> list[str]:
    """Offer the scopes of the access policy."""
    return _offered(incomplete, lambda: ("default", *_below("access.yaml", "scopes")))


def flags(incomplete: str) -> list[str]:
    """Offer the flags of this repository."""
    from gmconfig.cli.session import Session

    return _offered(
        incomplete, lambda: (flag.name for flag in Session.current().flags().list_feature_flags())
    )


def alerts(incomplete: str) -> list[str]:
    """Offer the ids of alerts that are not resolved, as they were noted last."""
    from gmconfig.monitor.register import Register

    def open_() -> Iterable[str]:
        return (alert.id for alert in Register(_project()).known().values() if not alert.resolved)

    return _offered(incomplete, open_)


def handlers(incomplete: str) -> list[str]:
    """Offer the handlers that gmconfig.yaml declares."""
    from gmconfig.monitor.handler import handlers as declared

    return _offered(incomplete, lambda: declared(_project()))


def members(incomplete: str) -> list[str]:
    """Offer whom the access policy knows."""
    return _offered(incomplete, lambda: _below("access.yaml", "members"))


def who(incomplete: str) -> list[str]:
    """Offer members and roles."""
    return [*members(incomplete), *_offered(incomplete, lambda: _below("access.yaml", "roles"))]


def deployments(incomplete: str) -> list[str]:
    """Offer environments, and the newest deployments once one is named."""
    return [*environments(incomplete), *deployment_ids(incomplete)]


def deployment_ids(incomplete: str) -> list[str]:
    """Offer the newest deployments of each environment."""
    return _offered(incomplete, _deployment_ids)


def versions(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the versions of the document that was named, the newest first; then branches and tags."""

    def numbered() -> Iterable[str]:
        manager = _manager(context.params.get("environment"))
        return (one.name for one in manager.history(context.params["document"]))

    return [*_offered(incomplete, numbered), *revisions(incomplete)]


def backups(incomplete: str) -> list[str]:
    """Offer the ids and names of this repository's backups."""
    from gmconfig.cli.session import Session

    def known() -> Iterable[str]:
        found = [one.manifest for _, one in Session.current().backups().all()]
        return ("latest", *(word for one in found if one for word in (one.id, one.name) if word))

    return _offered(incomplete, known)


def placed(context: typer.Context, incomplete: str) -> list[str]:
    """Offer what `[DOC] PATH` means on the target that was named: its documents, and paths of the one named."""
    said = context.params.get("place") or []
    if said:
        context.params["document"] = said[0]
        return paths(context, incomplete)
    context.params["document"] = _default_document()
    return [*documents(incomplete), *paths(context, incomplete)]


def sides(incomplete: str) -> list[str]:
    """Offer what `config diff` compares: environments, branches and tags."""
    return [*environments(incomplete), *revisions(incomplete)]


def paths(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the paths of the document that was named, one more key at a time."""
    from gmconfig.path import format_keys, walk

    def known() -> Iterable[str]:
        tree = _manager(context.params.get("environment")).raw(context.params["document"])
        return {format_keys(keys[: depth + 1]) for keys, _ in walk(tree) for depth in range(len(keys))}

    offered = _offered(incomplete, known)
    return sorted(path for path in offered if not any(c in path[len(incomplete) + 1 :] for c in ".["))


def settable(context: typer.Context, incomplete: str) -> list[str]:
    """Offer what environments have at the path that was named; of a boolean both."""

    def known() -> Iterable[str]:
        for environment in (context.params.get("environment"), *_manager(None).environments):
            value = _manager(environment).raw(context.params["document"], context.params["path"])
            if isinstance(value, bool):
                yield from ("true", "false")
            elif isinstance(value, str | int | float):
                yield str(value)

    return _offered(incomplete, known)


def _offered(incomplete: str, names: Callable[[], Iterable[str]]) -> list[str]:
    """Give the names that begin so, each once; none where they cannot be read."""
    from gmconfig.errors import GmconfigError

    try:
        return [name for name in dict.fromkeys(names()) if name.startswith(incomplete) and _is_plain(name)]
    except (GmconfigError, KeyError):
        return []


def _is_plain(name: str) -> bool:
    """Whether a name is but a word to a shell: branches and keys may be called `$(rm -r ~)`."""
    return name.isprintable() and _COMMANDS.isdisjoint(name)


def _deployable() -> Iterable[str]:
    from gmconfig.target.declared import targets

    declared = targets(_project()).values()
    return (word for one in declared for word in (one.environment, one.group, one.name) if word)


def _revisions() -> Iterable[str]:
    from gmconfig.storage.git import refs

    for below in ("refs/heads", "refs/tags", "refs/remotes"):
        for ref in refs.listed(_project().repository, below):
            yield ref.removeprefix(f"{below}/")


def _secrets() -> Iterable[str]:
    for place in ("common", *_manager(None).environments):
        yield from _below(f"secrets/{place}.yaml")


def _below(file: str, *keys: str) -> Iterable[str]:
    """Give the keys of a map in a file; none where there is no such file."""
    from gmconfig.storage.yaml import load

    snapshot = _project().worktree()
    if file not in snapshot.files():
        return ()
    tree = load(snapshot.read(file), file)
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return map(str, tree) if isinstance(tree, dict) else ()


def _deployment_ids() -> Iterable[str]:
    from gmconfig.record.chain import Chain

    for environment in _manager(None).environments:
        latest = Chain(_project(), environment).latest()
        newest = int(latest.id.rpartition("-")[2]) if latest else 0
        yield from (f"{environment}-{n}" for n in range(newest, max(newest - _NEWEST, 0), -1))


def _default_document() -> str:
    return _project().settings.default_document


def _project() -> Project:
    project: Project = _manager(None).workspace.project
    return project


def _manager(environment: str | None):  # type: ignore[no-untyped-def]  # the return type would load the library
    from gmconfig.cli.session import Session

    return Session.current().manager(environment)
