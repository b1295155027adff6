"""A plan that was saved, read back: which targets of which commit it is for, and what it is bound to."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import BrokenConfiguration, NotFound, Refused, UnknownVersion
from gmconfig.storage.bounds import read_json
from gmconfig.storage.files import trouble
from gmconfig.storage.given import read_given

if TYPE_CHECKING:
    from gmconfig.api.deploy.deploying import Deployer

_HINT = "gmconfig deploy plan --save FILE"


class Saved(NamedTuple):
    """A saved plan: the commit that it is of, and what each target is bound to, by environment."""

    file: str
    commit: str
    bound: Mapping[str, Mapping[str, str]]

    def narrowed(self, words: Sequence[str]) -> Saved:
        """Give the part of it that words mean: environments, targets and their groups; all without words.

        Raises:
            Refused: a word means none of it.
        """
        known = {name for names in self.bound.items() for name in _answering(*names)}
        unknown = next((word for word in words if word not in known), None)
        if unknown is not None:
            raise Refused(f'"{unknown}" is not in the plan "{self.file}"', hint=_HINT)
        kept = {
            environment: {
                name: part
                for name, part in bound.items()
                if not words or not {environment, name, name.partition("/")[0]}.isdisjoint(words)
            }
            for environment, bound in self.bound.items()
        }
        return self._replace(bound={environment: bound for environment, bound in kept.items() if bound})

    @property
    def targets(self) -> list[str]:
        """The names of its targets."""
        return [name for bound in self.bound.values() for name in bound]

    def check_made_for(self, deployer: Deployer) -> None:
        """Refuse a plan of another repository, or of targets that its commit does not declare.

        Raises:
            Refused: it was made for something else.
        """
        try:
            declared = deployer.declared(self.commit)
        except UnknownVersion as error:
            raise Refused(f'the plan "{self.file}" is not of this repository: {error}', hint=_HINT) from error
        for environment, bound in self.bound.items():
            for name in bound:
                if name not in declared or declared[name].environment != environment:
                    raise Refused(
                        f'the plan "{self.file}" is stale: {environment} has no target "{name}"', hint=_HINT
                    )


def read(directory: str, file: str) -> Saved:
    """Read a saved plan.

    Raises:
        NotFound: there is no such file.
        BrokenConfiguration: it is none, or there is nothing in it.
    """
    try:
        return _read(file, read_json(read_given(os.path.join(directory, file))))
    except FileNotFoundError:
        raise NotFound(f'there is no plan "{file}"', hint=f"gmconfig deploy plan --save {file}") from None
    except OSError as error:
        raise trouble(error, file) from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenConfiguration(f'"{file}" is not a saved plan', hint=_HINT) from error


def _read(file: str, content: Mapping[str, Sequence[Mapping[str, object]]]) -> Saved:
    bound = {one["environment"]: one["bound"] for one in content["plans"]}
    [commit] = {one["commit"] for one in content["plans"]}
    for names in bound.values():
        if (
            not isinstance(names, dict)
            or not names
            or not all(isinstance(one, str) for one in names.values())
        ):
            raise TypeError(names)
    if not isinstance(commit, str) or not all(isinstance(environment, str) for environment in bound):
        raise TypeError(commit)
    return Saved(file, commit, bound)  # type: ignore[arg-type]  # what is bound was looked at


def _answering(environment: str, bound: Mapping[str, str]) -> set[str]:
    return {environment, *bound, *(name.partition("/")[0] for name in bound)}
