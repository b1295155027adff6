"""Plain text where the signed policy wants it sealed: what an unsigned edit of `access.yaml` cannot take back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.loaded import load_documents
from gmconfig.config.strategy import own_path, rules_of
from gmconfig.errors import Refused, shell_word
from gmconfig.path import format_keys, walk
from gmconfig.secret.token import Context, Sealed, is_token
from gmconfig.validate.checks.secret import is_reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gmconfig.path import Keys
    from gmconfig.project import Project
    from gmconfig.secret.log.trust import Trust
    from gmconfig.storage.snapshot import Snapshot


def check_sealed(project: Project, before: Snapshot, after: Snapshot, files: Mapping[str, object]) -> None:
    """Refuse a change that puts plain text where the signed policy wants a secret.

    Raises:
        Refused: it does; or this clone has pinned a policy that is gone.
    """
    layers = [file for file in files if project.layout.read(file)]
    trust = _trust(project, before) if layers else None
    if trust is None:
        return
    for file in layers:
        known = {keys for keys, _ in plain_in(project, before, trust, file)} if before.exists(file) else set()
        for keys, context in plain_in(project, after, trust, file) if after.exists(file) else ():
            if keys not in known:
                where = f" -e {context.environment}" if context.environment else ""
                raise Refused(
                    f"{context} must be sealed: the signed access policy says so",
                    hint=f"gmconfig config set {context.document} {shell_word(format_keys(keys))} -{where} --secret",
                )


def plain_in(project: Project, snapshot: Snapshot, trust: Trust, file: str) -> Iterator[tuple[Keys, Context]]:
    """Yield what stands in plain text in a layer's file although the policy wants it sealed."""
    layer = project.layout.read(file)
    if layer is None or not any(policy.must_be_sealed for policy in trust.policies):
        return
    rules = rules_of(project.settings.merge)
    for loaded in load_documents(snapshot, layer, rules):
        for keys, value in walk(loaded.tree):
            if (
                value is None
                or isinstance(value, dict | list | Sealed)
                or is_token(value)
                or is_reference(value)
            ):
                continue
            path, number = own_path(loaded.tree, keys, rules), loaded.yaml_document
            context = Context(
                layer.document, layer.environment, path, variables=layer.variables, yaml_document=number
            )
            if trust.demands_sealing(context, keys, loaded.tree):
                yield keys, context


def _trust(project: Project, snapshot: Snapshot) -> Trust | None:
    """Give what was signed; None where this clone has pinned nothing yet."""
    from gmconfig.secret.door import vault_of
    from gmconfig.secret.log.pin import pin_of

    if project.git_folder is None or pin_of(project) is None:
        return None
    return vault_of(project, snapshot).trust
