"""`targets:` of gmconfig.yaml, read, and selected by name, group, environment or label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gmconfig.errors import BrokenConfiguration, NotFound
from gmconfig.immutable import EMPTY, Data
from gmconfig.path import did_you_mean, scalar_text
from gmconfig.project.span import WAIT
from gmconfig.project.target_rules import contradictions
from gmconfig.target.formats import FLAGS

if TYPE_CHECKING:
    from gmconfig.project import Project

_LABEL = re.compile(r"[A-Za-z0-9_:%][A-Za-z0-9_.:%-]*")
_OWN = ("path", "file", "host", "owner", "format", "placeholders")


class Target(Data):
    """One place where one environment's configuration goes.

    `group` is the declared name where `hosts:` made several of one entry. `path` and `file` are absolute.
    `agent` says that an agent on the target's own host carries deployments out there. `settings` is the entry
    as it is written, for what only one kind knows.
    """

    name: str
    environment: str
    kind: str = "directory"
    group: str = ""
    documents: tuple[str, ...] = ("settings",)
    format: str = "yaml"
    secrets: str = "plain"
    path: str | None = None
    file: str | None = None
    host: str | None = None
    agent: bool = False
    keep: int = 5
    owner: str | None = None
    mode: int | None = None
    reload: tuple[str, ...] = ()
    labels: Mapping[str, str] = EMPTY
    wave: int = 1
    variables: Mapping[str, object] = EMPTY
    placeholders: str | None = None
    health: tuple[Mapping[str, Any], ...] = ()
    before: tuple[tuple[str, ...], ...] = ()
    after: tuple[tuple[str, ...], ...] = ()
    ignore: tuple[Mapping[str, Any], ...] = ()
    budget: Mapping[str, int] = EMPTY
    timeout: float = 30.0
    settings: Mapping[str, Any] = EMPTY

    def answers_to(self, word: str) -> bool:
        """Whether a word of the command line means this target: name, group, environment, `label=value`."""
        label, equals, value = word.partition("=")
        if equals:
            return self.labels.get(label) == value
        return bool(word) and word in (self.name, self.group, self.environment)


def targets(project: Project) -> dict[str, Target]:
    """Give every declared target by name, in the order of the file.

    Raises:
        BrokenConfiguration: an entry says too little, or two things that exclude each other.
    """
    return dict(_declared(project))


@lru_cache(4)  # a project does not change, and several rooms ask the same one
def _declared(project: Project) -> dict[str, Target]:
    found: dict[str, Target] = {}
    for name, entry in project.settings.section("targets").items():
        settings = entry if isinstance(entry, dict) else {}
        found.update((target.name, target) for target in _entry(project, name, settings))
    return found


def select(
    declared: Mapping[str, Target], words: Sequence[str] = (), environment: str | None = None
) -> list[Target]:
    """Give the targets that the words mean, in their declared order; no words mean all.

    Raises:
        NotFound: a word means none; the hint names the nearest.
    """
    inside = [one for one in declared.values() if environment in (None, one.environment)]
    known = {name for one in inside for name in (one.name, one.group, one.environment)} - {""}
    for word in words:
        if word not in known and not any(one.answers_to(word) for one in inside):
            raise _nobody(word, inside)
    plain = frozenset(word for word in words if "=" not in word)
    labels = [word for word in words if "=" in word]
    return [
        one
        for one in inside
        if not words
        or not plain.isdisjoint((one.name, one.group, one.environment))
        or any(one.answers_to(word) for word in labels)
    ]


def _nobody(word: str, inside: Iterable[Target]) -> NotFound:
    known = list(
        dict.fromkeys(name for one in inside for name in (one.name, one.group, one.environment) if name)
    )
    told = ", ".join(known) or "none yet, see targets: in gmconfig.yaml"
    hint = did_you_mean(word, known, f"known: {told}")
    return NotFound(f'no target or environment named "{word}"', hint=hint)


def _entry(project: Project, name: str, entry: Mapping[str, Any]) -> Iterator[Target]:
    written = {key: value for key, value in entry.items() if value is not None}
    one = _target(project, name, written)
    if "hosts" not in written:
        yield one
        return
    for label, address in _hosts(name, written["hosts"]):
        yield one.replaced(name=f"{name}/{label}", group=name, host=address)


def _target(project: Project, name: str, entry: Mapping[str, Any]) -> Target:
    environment = entry.get("environment") or project.default_environment
    if environment is None:
        raise _problem(name, "has no environment", "environment: production")
    kind = entry.get("kind", "directory")
    given = _given(project, kind, entry)
    documents = tuple(entry.get("documents") or _usual_documents(project, given))
    for one in contradictions(entry):
        raise _problem(name, one.what, one.hint)
    return Target(
        name,
        environment,
        kind,
        documents=documents,
        secrets=entry.get("secrets", "omit" if kind == "branch" else "plain"),
        agent=entry.get("agent", False),
        keep=entry.get("keep", 5),
        mode=int(entry["mode"], 8) if "mode" in entry else None,
        labels={key: scalar_text(value) for key, value in entry.get("labels", {}).items()},
        wave=entry.get("wave", 1),
        variables=entry.get("variables", {}),
        health=tuple(entry.get("health", ())),
        ignore=tuple(entry.get("ignore", ())),
        budget=entry.get("budget", {}),
        timeout=WAIT.seconds(entry.get("timeout", "30s")),
        settings=entry,
        **_commands(entry),
        **given,
    )


def _given(project: Project, kind: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is taken as it is written, but for places on this machine, which begin at the root."""
    given = {key: entry[key] for key in _OWN if key in entry}
    for key in ("path", "file"):
        if key in given and kind != "ssh":
            given[key] = _absolute(project.root, given[key])
    if kind == "etcd" and entry.get("layout") == "keys":
        given.setdefault("format", "properties")
    return given


def _commands(entry: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"reload": tuple(entry.get("reload", ()))}
    for key in ("before", "after"):
        found[key] = tuple(tuple(command) for command in entry.get(key, ()))
    return found


def _usual_documents(project: Project, given: Mapping[str, Any]) -> tuple[str]:
    return (FLAGS if given.get("format") == "flagd" else project.default_document,)


def _absolute(root: str, path: str) -> str:
    from os.path import expanduser, join, normpath

    return normpath(join(root, expanduser(path)))


def _hosts(name: str, written: str | Sequence[str] | Mapping[str, str]) -> list[tuple[str, str]]:
    """Give each host's address with the label that stands in its target's name."""
    if isinstance(written, Mapping):
        labels, addresses = list(written), list(written.values())
    else:
        addresses = [written] if isinstance(written, str) else list(written)
        labels = [_label(address) for address in addresses]
        if len(set(labels)) < len(labels):  # one machine, several ports
            labels = [_label(address, port=True) for address in addresses]
    for label in labels:
        if not _LABEL.fullmatch(label) or labels.count(label) > 1:
            what = f'names the host "{label}" {"twice" if labels.count(label) > 1 else "which cannot be one"}'
            raise _problem(name, what, "hosts: {web-1: deploy@10.0.0.7:22}")
    return list(zip(labels, addresses, strict=True))


def _label(address: str, *, port: bool = False) -> str:
    host = address.rpartition("@")[2]
    name, colon, number = host.rpartition(":")
    if not colon or not number.isdigit() or (":" in name and not name.startswith("[")):
        return host.strip("[]")
    return f"{name.strip('[]')}-{number}" if port else name.strip("[]")


def _problem(name: str, what: str, hint: str) -> BrokenConfiguration:
    return BrokenConfiguration(f'target "{name}" {what}', hint=f"in gmconfig.yaml: {hint}")
