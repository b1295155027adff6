"""`drift adopt`: a value that somebody changed live becomes an edit in the right layer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gmconfig.config.diff import ABSENT
from gmconfig.errors import NotFound, Refused
from gmconfig.path import Keys, format_keys, value_at
from gmconfig.secret.token import Secret

if TYPE_CHECKING:
    from gmconfig.api.config_manager import ConfigManager
    from gmconfig.api.drifting import Drifter
    from gmconfig.api.outcome import Outcome
    from gmconfig.drift.difference import Difference
    from gmconfig.drift.standing import Standing
    from gmconfig.target.rendering.rendering import Part

_NAMED = re.compile(r"\$\{SECRET:([^{}:]+)\}")


def adopt(drifter: Drifter, target: str, document: str | None, path: str, **how: Any) -> Outcome:
    """Take what is live at a path into the target's environment, as a commit.

    The value goes into the environment's own layer; a secret is sealed again where it was sealed.

    Raises:
        NotFound: nothing has drifted there.
        Refused: what is live came from somewhere that an edit cannot reach.
    """
    standing, difference = drifter.one(target, document, path)
    if difference is None:
        raise NotFound(f'"{path}" has not drifted on {target}', hint=f"gmconfig drift detect {target}")
    if difference.problem:
        raise Refused(f"{difference.document}: {difference.problem}", hint=f"gmconfig drift correct {target}")
    return _Adoption(drifter, standing, difference, how).carry_out()


class _Adoption:
    """One value on its way from a target into the repository."""

    def __init__(
        self, drifter: Drifter, standing: Standing, difference: Difference, how: dict[str, Any]
    ) -> None:
        assert standing.rendering is not None  # noqa: S101  # it was compared
        self.workspace = drifter.deployer.workspace
        self.environment = standing.target.environment
        self.difference = difference
        self.part: Part = standing.rendering.parts[difference.document]
        self.how = {"reason": f"adopted from {standing.target.name}", **_given(how)}

    def carry_out(self) -> Outcome:
        """Edit, check and commit."""
        keys = self._keys()
        manager = self._manager()
        if self.difference.live is ABSENT:
            return manager.unset_value(self.difference.document, self._path(keys), **self.how)
        written = self._written(keys)
        if isinstance(self.difference.live, Secret):
            return self._secret(keys, written)
        if isinstance(written, str) and "${" in written:
            raise Refused(
                f'"{self._path(keys)}" is made of {written}',
                hint=f"change what it is made of: variables: of {self.environment} in gmconfig.yaml",
            )
        value = self._typed(written)
        create = written is ABSENT
        return manager.set_value(self.difference.document, self._path(keys), value, create=create, **self.how)

    def _keys(self) -> Keys:
        """Give the path in the document; a name that live alone has leads to none in a flat form."""
        keys = tuple(key for key in self.difference.change.path if isinstance(key, str | int))
        if len(keys) != len(self.difference.change.path):
            raise Refused(
                f'"{self.difference.path}" is an item of a list',
                hint="gmconfig config edit, or adopt a value in it",
            )
        if self.part.form.is_flat and self.difference.wanted is ABSENT:
            raise Refused(
                f'nothing in the document is called "{self.difference.path}"',
                hint=f"gmconfig config set {self.difference.document} PATH VALUE --create -e {self.environment}",
            )
        return self.part.source_keys(keys)

    def _path(self, keys: Keys) -> str:
        """Write the path as users do."""
        return format_keys(keys) if self.part.form.is_flat else self.difference.path

    def _secret(self, keys: Keys, written: object) -> Outcome:
        """Seal it again: a named secret where it is kept, any other where it stands."""
        assert isinstance(self.difference.live, Secret)  # noqa: S101
        value = self.difference.live.reveal()
        named = _NAMED.fullmatch(written) if isinstance(written, str) else None
        if named:
            from gmconfig.api.secrets_manager import SecretsManager

            secrets = SecretsManager(self.environment, root=self.workspace.project.root)
            return secrets.update_secret(named[1], value, **self.how)
        return self._manager().set_value(
            self.difference.document,
            self._path(keys),
            value,
            secret=True,
            create=written is ABSENT,
            **self.how,
        )

    def _written(self, keys: Keys) -> object:
        """Give what the layers say at a path, before placeholders."""
        tree = self.part.source.merged if self.part.source else {}
        try:
            return value_at(tree, keys)
        except (LookupError, TypeError):
            return ABSENT

    def _typed(self, written: object) -> object:
        """Give the live value with the type that the document has there: a flat form knows only texts."""
        live = self.difference.live
        if not self.part.form.is_flat or not isinstance(live, str) or isinstance(written, str):
            return live
        from gmconfig.storage.yaml import load

        return load(live.encode()) if live else live

    def _manager(self) -> ConfigManager:
        from gmconfig.api.config_manager import ConfigManager

        return ConfigManager(self.environment, root=self.workspace.project.root)


def _given(how: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in how.items() if value is not None}
