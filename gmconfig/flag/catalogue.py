"""The flag files of one snapshot, read: flags, segments, and where everything stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.config.merge import merge
from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Finding, Place, Severity
from gmconfig.flag.flagd.bucketing import Bucketing
from gmconfig.flag.shape import SHAPE
from gmconfig.path import Keys, format_keys
from gmconfig.project.shape import Problem
from gmconfig.storage.snapshot import files_below

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.storage.snapshot import Snapshot
    from gmconfig.storage.yaml import Stream

FOLDER = "flags/"
_EXTENSIONS = (".yaml", ".yml")


class FlagFile:
    """One file of flags; its positions are found when somebody asks for one."""

    def __init__(self, name: str, raw: bytes, tree: Mapping[str, Any]) -> None:
        self.name = name
        self.raw = raw
        self.tree = tree
        self._stream: Stream | None = None

    def section(self, key: str) -> Mapping[str, Any]:
        """Give one of the file's maps; empty where it is not written."""
        return self.tree.get(key) or {}

    def place(self, keys: Keys, *, key: bool = False) -> Place:
        """Say where a value (or its key) stands; where it is absent, its nearest ancestor's place."""
        from gmconfig.storage.yaml import compose, place

        if self._stream is None:
            self._stream = compose(self.raw, self.name)
        return place(self._stream, keys, key=key)


class Catalogue:
    """Every flag of a snapshot as it is written; `findings` say which files or parts are left out, and why."""

    def __init__(self, files: Sequence[FlagFile], findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        self.files = tuple(files)
        self.flags = self._unique("flags")
        self.segments = self._unique("segments")
        self.evaluators = self._unique("evaluators")
        self.bucketing = self._bucketing()

    def metadata(self) -> dict[str, Any]:
        """Give what is said about the whole set of flags."""
        return {key: value for file in self.files for key, value in file.section("metadata").items()}

    def extras(self) -> dict[str, Any]:
        """Give what the compiled file has at its top, beside what we know."""
        return {key: value for file in self.files for key, value in file.section("flagd").items()}

    def flag(self, name: str, chain: Sequence[str]) -> Mapping[str, Any]:
        """Give a flag as an environment sees it: what is written, and the overrides along its ancestors."""
        written = self.flags[name].section("flags")[name]
        layers = [{key: value for key, value in written.items() if key != "environments"}]
        overrides = written.get("environments") or {}
        layers += [overrides[environment] for environment in chain if overrides.get(environment)]
        merged = merge(layers)
        return merged if isinstance(merged, dict) else {}

    def place(self, name: str, keys: Keys, chain: Sequence[str] = (), *, key: bool = False) -> Place:
        """Say where a path of a flag stands, in the strongest layer that says it; the flag's name otherwise."""
        file = self.flags[name]
        written = file.section("flags")[name]
        for environment in reversed(chain):
            if keys and _has((written.get("environments") or {}).get(environment), keys):
                return file.place(("flags", name, "environments", environment, *keys), key=key)
        return file.place(("flags", name, *keys), key=key or not keys or not _has(written, keys))

    def _unique(self, section: str) -> dict[str, FlagFile]:
        found: dict[str, FlagFile] = {}
        for file in self.files:
            for name in file.section(section):
                if name in found:
                    message = f'"{name}" stands in {found[name].name} already'
                    place = file.place((section, name), key=True)
                    self.findings.append(_finding("duplicate", message, place, (section, name)))
                else:
                    found[name] = file
        return found

    def _bucketing(self) -> Bucketing:
        said = [(file, file.tree["bucketing"]) for file in self.files if file.tree.get("bucketing")]
        for file, bucketing in said:
            if bucketing != said[0][1]:
                message = f"{said[0][0].name} says {said[0][1]}: all flags share one bucketing"
                place = file.place(("bucketing",))
                self.findings.append(_finding("bucketing", message, place, ("bucketing",)))
        return Bucketing(said[0][1]) if said else Bucketing.V3


def is_flag_file(file: str) -> bool:
    """Whether a file holds flags."""
    return file.startswith(FOLDER) and file.endswith(_EXTENSIONS)


def read(project: Project, snapshot: Snapshot) -> Catalogue:
    """Read every flag file; what cannot be used is left out and told by a finding."""
    files, findings = [], list[Finding]()
    for name in sorted(filter(is_flag_file, files_below(snapshot, FOLDER))):
        file = _read(name, snapshot.read(name), findings, lambda key: key in project.environments)
        if file is not None:
            files.append(file)
    return Catalogue(files, findings)


def sound(project: Project, snapshot: Snapshot) -> Catalogue:
    """Read every flag file.

    Raises:
        BrokenConfiguration: something in them cannot be used.
    """
    catalogue = read(project, snapshot)
    if catalogue.findings:
        first = catalogue.findings[0]
        raise BrokenConfiguration(first.message, hint=first.hint, place=first.place)
    return catalogue


_KEPT = 4
"""How many files stay read: one command looks at the same ones, before and after, again and again."""

_recent: dict[tuple[str, bytes], tuple[FlagFile, tuple[Problem, ...]]] = {}


def loaded(name: str, raw: bytes) -> tuple[FlagFile, tuple[Problem, ...]]:
    """Give a file of flags, and what is wrong with its shape; nobody changes its tree.

    Raises:
        BrokenConfiguration: it is not YAML.
    """
    from gmconfig.storage.yaml import load

    found = _recent.get((name, raw))
    if found is None:
        tree = load(raw, name)
        tree = {} if tree is None else tree
        problems: list[Problem] = []
        SHAPE(tree, (), problems)
        found = FlagFile(name, raw, tree if isinstance(tree, dict) else {}), tuple(problems)
        while len(_recent) >= _KEPT:
            _recent.pop(next(iter(_recent)), None)
        _recent[name, raw] = found
    return found


def _read(
    name: str, raw: bytes, findings: list[Finding], is_environment: Callable[[str], bool]
) -> FlagFile | None:
    try:
        file, problems = loaded(name, raw)
    except BrokenConfiguration as error:
        place = error.place if isinstance(error.place, Place) else Place(name)
        findings.append(Finding("yaml", "syntax", Severity.ERROR, error.message, place, hint=error.hint))
        return None
    problems = problems or tuple(_unknown_environments(file, is_environment))
    findings += [_of_problem(file, problem) for problem in problems]
    return None if problems else file


def _unknown_environments(file: FlagFile, is_environment: Callable[[str], bool]) -> Iterator[Problem]:
    for name, flag in file.section("flags").items():
        for environment in flag.get("environments") or {}:
            if not is_environment(environment):
                keys = ("flags", name, "environments", environment)
                message = f'no environment named "{environment}"'
                yield Problem(keys, message, hint="declare it in gmconfig.yaml", at_key=True)


def _of_problem(file: FlagFile, problem: Problem) -> Finding:
    place = file.place(problem.keys, key=problem.at_key)
    return _finding("shape", problem.message, place, problem.keys, problem.hint)


def _finding(rule: str, message: str, place: Place, keys: Keys, hint: str | None = None) -> Finding:
    return Finding("flag", rule, Severity.ERROR, message, place, path=format_keys(keys), hint=hint)


def _has(tree: Any, keys: Keys) -> bool:
    for key in keys:
        listed = isinstance(tree, list) and isinstance(key, int) and key < len(tree)
        if not listed and not (isinstance(tree, dict) and key in tree):
            return False
        tree = tree[key]
    return True
