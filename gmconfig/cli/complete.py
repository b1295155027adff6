"""What a shell offers after Tab: documents, environments, paths."""

from __future__ import annotations

import typer


def documents(incomplete: str) -> list[str]:
    """Offer the documents of this repository."""
    return [name for name in _manager(None).list_documents() if name.startswith(incomplete)]


def environments(incomplete: str) -> list[str]:
    """Offer the environments of this repository."""
    return [name for name in _manager(None).environments if name.startswith(incomplete)]


def deployable(incomplete: str) -> list[str]:
    """Offer the environments and targets of this repository."""
    from gmconfig.target.declared import targets

    declared = targets(_manager(None).workspace.project)
    names = dict.fromkeys(
        word for one in declared.values() for word in (one.environment, one.group, one.name) if word
    )
    return [name for name in names if name.startswith(incomplete)]


def rules(incomplete: str) -> list[str]:
    """Offer the automation rules of this repository."""
    from gmconfig.automation.rules.declared import entries

    return [name for name in entries(_manager(None).workspace.project) if name.startswith(incomplete)]


def revisions(incomplete: str) -> list[str]:
    """Offer the branches and tags of this repository."""
    from gmconfig.storage.git.describe import references

    known = references(_manager(None).workspace.project.repository)
    return [name for name in known if name.startswith(incomplete)]


def sides(incomplete: str) -> list[str]:
    """Offer what `config diff` compares: environments, branches and tags."""
    return [*environments(incomplete), *revisions(incomplete)]


def paths(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the paths of the document that was named, one more key at a time."""
    from gmconfig.errors import GmconfigError
    from gmconfig.path import format_keys, walk

    try:
        tree = _manager(context.params.get("environment")).raw(context.params["document"])
    except (GmconfigError, KeyError):
        return []
    offered = {format_keys(keys[: depth + 1]) for keys, _ in walk(tree) for depth in range(len(keys))}
    return sorted(
        path
        for path in offered
        if path.startswith(incomplete) and not any(c in path[len(incomplete) + 1 :] for c in ".[")
    )


def _manager(environment: str | None):  # type: ignore[no-untyped-def]  # the return type would load the library
    from gmconfig.cli.session import Session

    return Session.current().manager(environment)
