"""What applying would need and does not find: permissions, disk space, a key, a commit that agents can fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.target.errors import in_words

if TYPE_CHECKING:
    from gmconfig.drift.made import Wanted
    from gmconfig.drift.standing import Standing
    from gmconfig.drift.survey import Survey


class Lacking:
    """Says what applying would need and does not find; a rendering without its key is one of these."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self._pushed: dict[str, bool] = {}

    def of(self, standing: Standing, wanted: Wanted) -> tuple[str, ...]:
        """Say what one target lacks."""
        if standing.rendering is None:
            return ()
        if standing.target.agent:
            return self._unpushed(wanted.commit) or (self._unpushed(wanted.flags) if wanted.flags else ())
        try:
            size = sum(map(len, standing.rendering.needed_files().values()))
            return tuple(self.survey.kind(standing.target).check(size))
        except GmconfigError as error:
            return (in_words(error),)

    def _unpushed(self, commit: str) -> tuple[str, ...]:
        """Say that a commit is on no branch of the remote: its agent would follow it, and go back at once."""
        repository, remote = self.survey.project.repository, self.survey.project.settings.remote
        if repository.setting(f"remote.{remote}.url") is None:
            return ()
        if commit not in self._pushed:
            below = f"refs/remotes/{remote}"
            found = repository.attempt("for-each-ref", "--count=1", "--contains", commit, below)
            self._pushed[commit] = bool(found.stdout.strip())
        return (
            () if self._pushed[commit] else (f"{commit[:7]} is not pushed, and its agent follows {remote}",)
        )
