"""`drift adopt`: a value that somebody changed live becomes an edit in the right layer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.api.outcome import How
from gmconfig.api.workspace import Workspace
from gmconfig.config.diff import ABSENT
from gmconfig.config.placeholder import escaped, parse, references
from gmconfig.drift.taking import Path, taken
from gmconfig.errors import BrokenConfiguration, Refused, UnknownPath
from gmconfig.path import KeyPath, value_at
from gmconfig.secret.token import Secret

if TYPE_CHECKING:
    from gmconfig.api.drift.drifting import Drifter
    from gmconfig.api.outcome import Outcome
    from gmconfig.config.resolve import Resolved
    from gmconfig.drift.difference import Difference
    from gmconfig.drift.standing import Standing
    from gmconfig.target.declared import Target
    from gmconfig.target.rendering.rendering import Part

_NAMED = re.compile(r"\$\{SECRET:([^{}:]+)\}")


def adopt(drifter: Drifter, target: str, document: str | None, path: str, **how: Any) -> Outcome:
    """Take what is live at a path, and below it, into the target's environment, as one commit.

    The values go into the environment's own layer; a secret is sealed again where it was sealed.

    Raises:
        NotFound: nothing has drifted there.
        Refused: what is live came from somewhere that an edit cannot reach.
    """
    standing, name, found = drifter.drifted_at(target, document, path)
    for one in found:
        if one.problem:
            raise Refused(f"{one.document}: {one.problem}", hint=f"gmconfig drift correct {target}")
    given = {key: value for key, value in how.items() if value is not None}
    reasoned = How(**{"reason": f"adopted from {target}", **given})
    return _Adoption(drifter, standing, name, reasoned).of(found, path)


class _Adoption:
    """Values of one document on their way from a target into the repository."""

    def __init__(self, drifter: Drifter, standing: Standing, document: str, how: How) -> None:
        assert standing.rendering is not None  # noqa: S101  # it was compared
        given = drifter.deployer.workspace
        self.workspace = Workspace(
            standing.target.environment, given.project.root, identity=given.identity, ask=given.ask
        )
        self.target: Target = standing.target
        self.document = document
        self.part: Part = standing.rendering.parts[document]
        self.how = how
        self.resolved: Resolved = self.workspace.resolved(
            document, self.workspace.project.worktree(), self.target.environment
        )

    def of(self, found: Sequence[Difference], path: str) -> Outcome:
        """Edit, check and commit."""
        from gmconfig.api.config.changing import adopt_tree

        named = self._named(found)
        if named is not None:
            return self._secret(named, found[0])
        value = self._value()
        wanted = value
        for one in found:
            where = self._path(one)
            self._refuse_made(where)
            wanted = taken(wanted, self._written_form(one, where, value), where)
        at = self._path(found[0]) if len(found) == 1 else KeyPath.parse(path).segments
        return adopt_tree(self.workspace, self.document, wanted, value, KeyPath(at), self.how)

    def _path(self, one: Difference) -> Path:
        """Give the path in the document; in a flat form, a name that only live has belongs to no path."""
        if one.at_source is not None:
            return one.at_source[0]
        if self.part.form.is_flat and one.wanted is ABSENT:
            raise Refused(
                f'nothing in the document is called "{one.path}"',
                hint=f"gmconfig config set {self.document} PATH VALUE --create -e {self.target.environment}",
            )
        return one.change.path

    def _value(self) -> object:
        """Give what the document means today on the target."""
        from gmconfig.config.evaluate import Evaluation
        from gmconfig.config.lookup import closed_lookup
        from gmconfig.target.rendering.opening import Secrets, Values

        project, environment = self.resolved.project, self.target.environment
        secrets = Secrets(project, self.resolved.snapshot, self.workspace.sources, older=False)
        variables = self.target.variables
        lookup = closed_lookup(project, environment, Values(secrets), variables=variables)
        return Evaluation(self.resolved, lookup, keeps=self._keeps).tree()

    @property
    def _keeps(self) -> bool | None:
        return None if self.target.placeholders is None else self.target.placeholders == "keep"

    def _at(self, tree: object, path: Path) -> object:
        try:
            return value_at(tree, KeyPath(path).resolve(tree))
        except UnknownPath:
            return ABSENT

    # What placeholders stand for

    def _named(self, found: Sequence[Difference]) -> str | None:
        """Give the named secret that a single value is, in whole."""
        if len(found) != 1 or not isinstance(found[0].live, Secret):
            return None
        written = self._at(self.resolved.merged, self._path(found[0]))
        matched = _NAMED.fullmatch(written) if isinstance(written, str) else None
        return matched[1] if matched else None

    def _secret(self, name: str, one: Difference) -> Outcome:
        """Seal a named secret again where it is kept."""
        from gmconfig.api.secret.manager import SecretsManager

        assert isinstance(one.live, Secret)  # noqa: S101  # so it was found
        secrets = SecretsManager(self.target.environment, root=self.workspace.project.root)
        return secrets.update_secret(name, one.live.reveal(), **self.how.held())

    def _refuse_made(self, path: Path) -> None:
        """Refuse to write over what stands for something else."""
        written = self._at(self.resolved.merged, path)
        if isinstance(written, str) and not self._is_kept and any(references(parse(written))):
            raise Refused(
                f'"{KeyPath(path)}" is made of {written}',
                hint=f"change what it is made of: variables: of {self.target.environment} in gmconfig.yaml",
            )

    @property
    def _is_kept(self) -> bool:
        declared = self.resolved.project.settings.keeps_placeholders(self.document)
        return declared if self._keeps is None else self._keeps

    # How live values are written

    def _written_form(self, one: Difference, path: Path, value: object) -> Difference:
        """Give a difference whose live value stands in a document as it stands on the target."""
        live = _typed(one.live, self._at(value, path)) if self.part.form.is_flat else one.live
        if not self._is_kept:
            live = _literal(live)
        return one.with_live(live)


def _literal(live: object) -> object:
    """Escape what would read as a placeholder."""
    if isinstance(live, str):
        return escaped(live)
    if isinstance(live, dict):
        return {key: _literal(value) for key, value in live.items()}
    return [_literal(item) for item in live] if isinstance(live, list) else live


def _typed(live: object, value: object) -> object:
    """Give a text of a flat form the type that the document has there."""
    if isinstance(live, Secret):
        return Secret(_typed(live.reveal(), value.reveal() if isinstance(value, Secret) else value))
    if not isinstance(live, str) or isinstance(value, str):
        return live
    from gmconfig.storage.yaml import load

    try:
        found = load(live.encode()) if live else live
    except BrokenConfiguration:
        return live
    if isinstance(found, dict | list) and not isinstance(value, dict | list):
        return live
    return float(found) if type(value) is float and type(found) is int else found
