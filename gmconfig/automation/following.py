"""Which commit an agent follows: the newest one of its branch that is signed where it must be, and not broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gmconfig.deploy.signed import check_signed
from gmconfig.errors import GmconfigError, InvalidConfiguration, Refused

if TYPE_CHECKING:
    from gmconfig.automation.branch import Branch
    from gmconfig.project import Project


class Goal(NamedTuple):
    """The commit to follow (None: there is none yet), and why it is not the newest one."""

    commit: str | None
    problem: str | None = None


class Following:
    """Judges each commit of a branch once; what was good last stays the goal until there is a better one.

    Args:
        project: the clone's; what a commit's own gmconfig.yaml says is read from the commit.
        environment: whose configuration must be in order.
        branch: what is followed.
        good: the commit that was followed last.
    """

    def __init__(self, project: Project, environment: str, branch: Branch, good: str | None = None) -> None:
        self.project = project
        self.environment = environment
        self.branch = branch
        self.good = good if good and self.project.repository.has(good) else None
        self._judged: tuple[str, str | None] | None = None
        self._read: tuple[str, Project] | None = None

    def goal(self) -> Goal:
        """Look at the branch's newest commit, and say what to follow."""
        tip = self.branch.tip()
        if tip is None:
            return Goal(self.good, f"there is no {self.branch}")
        if tip == self.good:
            return Goal(tip)
        if self._judged is None or self._judged[0] != tip:
            self._judged = tip, self._fault_of(tip)
        problem = self._judged[1]
        if problem is None:
            self.good, self._judged = tip, None
        return Goal(self.good, problem)

    def project_at(self, commit: str) -> Project:
        """Give the project as a commit's gmconfig.yaml has it."""
        if self._read is None or self._read[0] != commit:
            self._read = commit, self.project.at(self.project.snapshot(commit))
        return self._read[1]

    def _fault_of(self, commit: str) -> str | None:
        """Say why a commit is not to be followed; None for a good one."""
        try:
            self._check(commit)
        except GmconfigError as error:
            return str(error)
        return None

    def _check(self, commit: str) -> None:
        before = self.project_at(self.good) if self.good else self.project
        if before.environment(self.environment).protected:
            self._check_trusted(commit)
        now = self.project_at(commit)
        if now.environment(self.environment).protected:
            self._check_trusted(commit)
        self._check_valid(now, commit)

    def _check_trusted(self, commit: str) -> None:
        """Where an environment is protected, commits are signed, and what was there once stays there."""
        check_signed(self.project.repository, commit)
        if self.good and not self.project.repository.continues(commit, self.good):
            raise Refused(
                f"{self.branch} was rewritten: {commit[:7]} does not continue {self.good[:7]}",
                hint=f"git log {commit[:7]}..{self.good[:7]}",
            )

    def _check_valid(self, project: Project, commit: str) -> None:
        from gmconfig.validate.run import check

        report = check(project, project.snapshot(commit), environments=[self.environment])
        if not report.ok:
            first = next(finding for finding in report.findings if finding.fails)
            where = f"{first.place}: " if first.place else ""
            message = f"{commit[:7]} is not valid: {where}{first.message}"
            raise InvalidConfiguration(message, tuple(report.findings))
