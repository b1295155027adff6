"""The agents of this host: one for each environment that has targets here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.automation.agent import Agent
from gmconfig.automation.branch import Branch
from gmconfig.automation.following import Following
from gmconfig.automation.post import Post
from gmconfig.errors import GmconfigError, NotFound
from gmconfig.log import logger
from gmconfig.target.host import here
from gmconfig.target.kind import Access

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.api.workspace import Workspace
    from gmconfig.automation.rules.run import Run
    from gmconfig.project import Project


def agents(
    workspace: Workspace,
    environment: str | None = None,
    *,
    branch: str | None = None,
    interval: float = 0.0,
    take_over: bool = False,
) -> list[Agent]:
    """Give the agents that this host needs.

    Args:
        workspace: the clone, and whose keys open its secrets.
        environment: the only one to look after; None is each that has targets here.
        branch: what to follow; the branch that the clone's own one follows by default.
        interval: how many seconds pass between two looks; 0 for a single one.
        take_over: whether what gmconfig did not put there may be replaced.

    Raises:
        NotFound: no target of this host has an agent.
        GitTrouble: the remote cannot be reached, and nothing is known of the branch yet.
    """
    project = workspace.project
    followed = Branch(project.repository, project.settings.remote, branch)
    if followed.tip() is None or (environment is not None and environment not in _known(project, followed)):
        followed.fetch()
    access = Access(project.root, dict(os.environ), take_over=take_over)
    known = _known(project, followed)
    names = list(known) if environment is None else [environment]
    posts = [_post(workspace, known.get(name, project), name, access, interval) for name in names]
    if environment is None:
        posts = [post for post in posts if _has_targets(post, followed)]
    if not posts:
        raise NotFound(
            f"no target of {here(os.environ)} has an agent",
            hint="in gmconfig.yaml: agent: true and host: NAME; or wait for one with -e ENV",
        )
    return [Agent(post, followed) for post in posts]


def run_rules(workspace: Workspace, agents: Sequence[Agent]) -> list[Run]:
    """Run the automation rules that are due, as the commit has them that is followed.

    Those that rotate are left out: an agent never touches the working tree, and makes no commit.
    """
    from gmconfig.api.automation.automating import Automation
    from gmconfig.automation.rules.declared import declared

    followed = next((one.following for one in agents if one.following.good), None)
    if followed is None or followed.good is None:
        return []
    try:
        rules = declared(followed.project_at(followed.good), workspace.project.snapshot(followed.good))
        mine = {name: rule for name, rule in rules.items() if rule.action != "rotate-due"}
        return list(Automation(workspace, rules=mine).run()) if mine else []
    except GmconfigError as error:
        logger("automation").warning("no rule was run: %s", error)
        return []


def _known(project: Project, branch: Branch) -> dict[str, Project]:
    """Give the environments, each with the project that declares it: the clone's, else the branch's.

    What the clone has is as old as the clone is, for an agent leaves its working tree alone.
    """
    found, tip = dict.fromkeys(project.environments, project), branch.tip()
    try:
        newest = project.at(project.snapshot(tip)) if tip else project
    except GmconfigError:  # broken: the agent says so, and stays on the last good commit
        return found
    return dict.fromkeys(newest.environments, newest) | found


def _post(workspace: Workspace, project: Project, environment: str, access: Access, interval: float) -> Post:
    from gmconfig import __version__

    return Post(
        project,
        project.environment(environment).name,
        here(os.environ),
        access,
        workspace.sources,
        interval,
        __version__,
    )


def _has_targets(post: Post, branch: Branch) -> bool:
    """Whether an environment has targets here, as the branch or the clone declares them."""
    tip = branch.tip()
    following = Following(post.project, post.environment, branch)
    project = following.project_at(tip) if tip else post.project
    return bool(post.own(post.declared(project)))
