"""The proof of a backup: restored into a scratch folder and looked at as a repository, not as files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.backup.unpack import restore
from gmconfig.counted import counted
from gmconfig.errors import AccessDenied, GmconfigError
from gmconfig.path import walk
from gmconfig.project import Project
from gmconfig.project.settings import FILE
from gmconfig.record.chain import Chain
from gmconfig.record.entry import State
from gmconfig.secret.token import Sealed
from gmconfig.storage.files import reported
from gmconfig.storage.git import Repository
from gmconfig.storage.git.process import complaint
from gmconfig.storage.scratch import scratch
from gmconfig.target.declared import Target, targets
from gmconfig.target.rendering import Renderer

if TYPE_CHECKING:
    from gmconfig.backup.opening import Opening
    from gmconfig.record.entry import Record
    from gmconfig.secret.keyring.sources import Sources
    from gmconfig.secret.vault import Vault


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a drill looked at: what it was, and what came out; `is_good` None: there was nothing to see."""

    name: str
    said: str
    is_good: bool | None = True


def drill(opening: Opening, pin: str | None) -> Iterator[Step]:
    """Restore a backup into a scratch folder and yield each thing that was looked at.

    `pin` is the root of the access policy that is trusted; None trusts the one that the backup brings.
    """
    with reported(tempfile.gettempdir()), scratch("drill") as place:
        folder = os.path.join(place, "repository")
        try:
            root = restore(opening, folder, pin=pin).root
        except AccessDenied:
            raise  # says nothing about the backup
        except GmconfigError as error:
            yield Step("restore", error.message, False)
            return
        repository = Repository.discover(folder)
        yield Step("restore", f"{counted(len(opening.contents.refs), 'ref')} restored")
        yield _fsck(repository)
        yield _refs(repository, opening)
        if not os.path.exists(os.path.join(root, FILE)):
            yield Step("render", f"no {FILE}: nothing to render", None)
            return
        project = Project.find(root)
        yield from _renderings(project, opening.sources)
        yield _canary(project, opening.sources, pin)


def _fsck(repository: Repository) -> Step:
    done = repository.attempt("fsck", "--full", "--no-progress", "--no-dangling")
    if done.returncode:
        return Step("fsck", complaint(done.stderr or done.stdout), False)
    return Step("fsck", "git fsck finds nothing")


def _refs(repository: Repository, opening: Opening) -> Step:
    out = os.fsdecode(repository.run("for-each-ref", "--format=%(refname) %(objectname) %(symref)"))
    rows = (line.split(" ") for line in out.split("\n") if line)
    found = {name: commit for name, commit, link in rows if not link}
    wrong = sorted(
        name
        for name in {*found, *opening.contents.refs}
        if found.get(name) != opening.contents.refs.get(name) and name != "HEAD"
    )
    if wrong or repository.head() != opening.contents.commit:
        return Step("refs", f"not as they were: {', '.join(wrong[:5]) or 'HEAD'}", False)
    return Step("refs", "every ref is what it was")


def _renderings(project: Project, sources: Sources) -> Iterator[Step]:
    """Render every environment, and what was deployed last into each as its record has it."""
    if project.repository.head() is None:
        return
    snapshot = project.snapshot("HEAD")
    renderer = Renderer(project, snapshot, sources=sources)
    documents = tuple(project.documents(snapshot))
    for environment in project.environments:
        rendered, unrendered = 0, ""
        for document in documents:
            try:
                renderer.render(Target(environment, environment, documents=(document,), secrets="sealed"))
                rendered += 1
            except GmconfigError as error:
                unrendered = unrendered or f"{document}: {error.message}"
        said = f"{rendered:,} of {len(documents):,} documents" + (f"; {unrendered}" if unrendered else "")
        yield Step(f"render {environment}", said, True if not unrendered else None)
    yield from _deployed(project, sources)


def _deployed(project: Project, sources: Sources) -> Iterator[Step]:
    for environment in dict.fromkeys(one.environment for one in targets(project).values()):
        records = Chain(project, environment).records()
        last = next((record for record in records if record.state is State.SUCCEEDED), None)
        if last is not None:
            yield _as_recorded(project, last, sources)


def _as_recorded(project: Project, record: Record, sources: Sources) -> Step:
    """Compare what renders now with what the record says was deployed."""
    name = f"deployed {record.id}"
    declared, compared = targets(project.at(project.snapshot(record.commit))), 0
    renderers: dict[str, Renderer] = {}
    for target, outcome in record.targets.items():
        if target in declared and outcome.wanted:
            compared += 1
            try:
                commit = record.commit_of(target)
                if commit not in renderers:
                    renderers[commit] = _renderer(project, record, commit, sources)
                wanted = renderers[commit].render(declared[target]).wanted
            except GmconfigError as error:
                return Step(name, f"{target}: {error.message}", False)
            if wanted != outcome.wanted:
                return Step(name, f"{target} renders to something else than its record says", False)
    return Step(name, f"{compared:,} targets render to what their record says", True if compared else None)


def _renderer(project: Project, record: Record, commit: str, sources: Sources) -> Renderer:
    """Give what renders a commit with the secrets and the flags of a deployment."""
    other = record.secrets_commit or record.commit
    secrets = project.snapshot(other) if other != commit else None
    flags = project.snapshot(record.flags_commit) if record.flags_commit else None
    return Renderer(project, project.snapshot(commit), secrets=secrets, flags=flags, sources=sources)


def _canary(project: Project, sources: Sources, pin: str | None) -> Step:
    """Open one secret, which needs the keys, the log and the policy all to be there."""
    from gmconfig.secret.door import vault_of

    if not project.worktree().exists("access.yaml"):
        return Step("secret", "no access policy: no secret to open", None)
    if pin is None:
        _trust_own(project)
    vault = vault_of(project, project.worktree(), sources)
    try:
        readable = next((one for one in _sealed(project, vault) if vault.may_read(one)), None)
        if readable is None:
            return Step("secret", "no secret that this identity may read", None)
        vault.open(readable)
    except GmconfigError as error:
        return Step("secret", error.message, False)
    return Step("secret", "a sealed value opens")


def _trust_own(project: Project) -> None:
    from gmconfig.secret.door import vault_of
    from gmconfig.secret.log.pin import pin as pin_root

    ledger = vault_of(project, project.worktree()).ledger
    roots = [event for event in ledger if event.access is not None and not event.parents]
    if len(roots) == 1:
        pin_root(project.repository, project.prefix, roots[0].id)


def _sealed(project: Project, vault: Vault) -> Iterator[Sealed]:
    """Yield sealed values: named secrets, then those of documents."""
    from gmconfig.config.resolve import resolve
    from gmconfig.secret.named.store import sealed_of

    for environment in (None, *project.environments):
        for named in vault.secrets(environment).values():
            yield sealed_of(named)
    tree = project.worktree()
    for document in project.documents(tree):
        for environment in (None, *project.environments):
            try:
                layers = resolve(project, tree, document, environment).layers
            except GmconfigError:
                continue
            yield from (leaf for one in layers for _, leaf in walk(one.tree) if isinstance(leaf, Sealed))
