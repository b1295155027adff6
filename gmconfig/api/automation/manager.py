"""ConfigAutomation: deploy changes, follow deployments, look for drift, back up and restore, run rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.api.deploy.job import DeploymentJob, job_of
from gmconfig.api.workspace import Workspace
from gmconfig.errors import NotFound, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from gmconfig.api.automation.own_rules import OwnRules
    from gmconfig.api.config.manager import ConfigManager
    from gmconfig.api.deploy.deploying import Deployer
    from gmconfig.automation.rules.rule import AutomationRule
    from gmconfig.automation.rules.run import Run
    from gmconfig.drift.detection import DriftDetection


class ConfigAutomation:
    """What is done with the configuration of one repository beside reading and changing it.

    Args:
        config_manager: whose repository, environment and identity it works with; that of the current folder by
            default.
        offline: leave the remote alone.
    """

    def __init__(self, config_manager: ConfigManager | None = None, *, offline: bool = False) -> None:
        self.workspace = config_manager.workspace if config_manager else Workspace()
        self.offline = offline
        self._own: OwnRules | None = None

    # Deployments

    def create_deployment(
        self,
        name: str,
        description: str,
        changes: Mapping[str, Mapping[str, Any]],
        environment: str | None = None,
        *,
        user: str | None = None,
        push: bool = False,
    ) -> str:
        """Commit changes to an environment's own layer, and bring them to its targets.

        Where the environment has no targets, the commit is the deployment. A deployment that fails gives its id
        too: `get_deployment_status` says what became of it, and the commit stays for you to correct or revert.

        Args:
            name: what it is, in a few words.
            description: why; both are in the commit and in the record.
            changes: what to merge into which document; None removes a key.
            environment: an `Environment` or a declared name; the manager's own by default.
            user: who asked for it; git's identity by default.
            push: push the commit before it is deployed, which agents need.

        Returns:
            The deployment's id, such as `production-42`.

        Raises:
            UnknownDocument: a document does not exist.
            InvalidConfiguration: the result would not pass validation; nothing was changed.
            Locked: somebody else is deploying there; the commit is made.
        """
        from gmconfig.api.deploy.committed_deployment import deploy

        space = self._in(environment)
        reason = ": ".join(text for text in (name, description) if text)
        record = deploy(self._deployer(space, user), changes, reason, user, push=push)
        self._settle()
        return record.id

    def get_deployment_status(self, job_id: str) -> DeploymentJob:
        """Say how a deployment stands: `.status` is a `DeploymentStatus`, `.restored` whether all is as before.

        Raises:
            NotFound: there is no deployment of that id.
        """
        ledger, name = self._deployer(self.workspace).record_of(job_id)
        if name is None:
            raise NotFound(f'no deployment named "{job_id}"', hint="an id is such as production-42")
        return job_of(ledger.chain.find(name))

    # Drift

    def get_drift_detections(self, resolved: bool | None = None) -> tuple[DriftDetection, ...]:
        """Look at the targets, then give the drifts that are known, the newest first.

        Looking is limited to the manager's environment if it was made for one.

        Args:
            resolved: False gives those that are there, True those that are gone, None both.
        """
        from gmconfig.api.drift.drifting import Drifter

        drifter = Drifter(self._deployer(self.workspace))
        if drifter.deployer.declared():
            drifter.detect(environment=self.workspace.given)
            self._settle()
        return tuple(drifter.known(resolved=resolved))

    # Backups

    def create_backup(
        self,
        name: str,
        description: str = "",
        configs: Sequence[str] | None = None,
        retention_days: int | None = None,
    ) -> str:
        """Back up the whole repository and what is live, sealed to its admins, and give the backup's id.

        Args:
            name: what to find it by.
            description: why it was made.
            configs: the documents that `restore_backup` brings back; all by default. The backup holds all.
            retention_days: how long it is kept whatever the rules say; else as gmconfig.yaml says, or 30.

        Raises:
            Refused: there is nothing to back up, or the access policy cannot be trusted.
            GmconfigError: the place where backups go does not take it.
        """
        from gmconfig.api.backup.backing_up import Backups
        from gmconfig.backup.create import Asked

        asked = Asked(name, description, retention_days=retention_days, documents=tuple(configs or ()))
        made = Backups(self.workspace).create(asked)
        self._settle()
        return made.id

    def restore_backup(self, backup_id: str, user: str | None = None) -> tuple[str, ...]:
        """Bring the configuration back as a backup has it: a new commit, and a deployment of it.

        It is deployed into the manager's environment if it was made for one, else into each that has targets.
        `user` is the commit's author and whom the deployments name; git's identity by default.

        Returns:
            The ids of the deployments, of those that failed too; none where nothing had to be deployed.

        Raises:
            NotFound: there is no such backup.
            InvalidConfiguration: what was fine then would not pass validation now; nothing was changed.
            Locked: somebody else is deploying there; the commit is made.
        """
        from gmconfig.api.backup.backing_up import Backups
        from gmconfig.api.backup.restoring import redeployed, restored_here
        from gmconfig.api.outcome import How

        how = How(user, f"backup {backup_id}")
        restored_here(Backups(self.workspace, user=user), backup_id, how)
        done = redeployed(self._deployer(self.workspace.reopened(), user), self.workspace.given)
        self._settle()
        return done

    # Rules

    def add_automation_rule(
        self,
        rule: AutomationRule,
        persist: bool = False,
        *,
        user: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Add a rule: to this program alone, or for good.

        Without `persist` it acts on what this program does with the repository (through this object, a
        `ConfigManager`, a `ConfigMonitor`), at the times of its schedule while the program runs, and in
        `run_rules()`. With it the rule is written to gmconfig.yaml, as one commit, for
        `gmconfig automation run` and `run_rules()`.

        Args:
            rule: what to do when; one of the same name is replaced.
            persist: keep it in gmconfig.yaml.
            user: author of the commit; git's identity by default.
            reason: why, for the commit.

        Raises:
            UsageError: the rule makes no sense.
        """
        if persist:
            from gmconfig.api.automation.keeping_rules import keep_rule
            from gmconfig.api.outcome import How

            keep_rule(self.workspace.project, rule, How(user, reason))
            self.workspace = self.workspace.reopened()
            return
        from gmconfig.api.automation.own_rules import OwnRules

        self._own = self._own or OwnRules(self.workspace, offline=self.offline)
        self._own.add(rule)

    def run_rules(
        self, *names: str, dry_run: bool = False, now: datetime | None = None, user: str | None = None
    ) -> tuple[Run, ...]:
        """Run the rules that are due, those of gmconfig.yaml and this program's own, and give what each came to.

        A rule that fails raises nothing: `run.failed` says so, and `run.message` why.

        Args:
            names: only these rules; all by default.
            dry_run: do and note nothing, only say what would be done.
            now: the moment that schedules are asked for; this one by default.
            user: on whose behalf; git's identity by default.

        Raises:
            NotFound: there is no rule of a name.
            GitTrouble: the remote cannot be reached, so that nobody knows what others do.
        """
        from gmconfig.api.automation.automating import run_rules

        return tuple(run_rules(self.workspace.reopened(), self._own, names, now, user, self.offline, dry_run))

    def flush(self, seconds: float = 60.0) -> bool:
        """Wait until this program's own rules have acted on all that it did, at most so many `seconds`.

        Returns:
            Whether they have.
        """
        return self._own.flush(seconds) if self._own is not None else True

    def _settle(self) -> None:
        if self._own is not None:
            self._own.flush()

    def _in(self, environment: str | None) -> Workspace:
        """Give the workspace in which changes go to an environment's own layer."""
        space = self.workspace
        wanted = str(environment) if environment else space.environment
        if wanted is None:
            raise UsageError("which environment?", hint='create_deployment(…, environment="production")')
        return Workspace(
            wanted, space.project.root, variables=space.variables, identity=space.identity, ask=space.ask
        )

    def _deployer(self, workspace: Workspace, user: str | None = None) -> Deployer:
        from gmconfig.api.deploy.deploying import Deployer

        deployer = Deployer(workspace, user=user, offline=self.offline)
        deployer.own_rules = self._own
        return deployer
