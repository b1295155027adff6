"""Checking one document: read its layers, resolve it in every environment, ask every check."""

from __future__ import annotations

from gmconfig.config.loaded import LoadedLayer, SeveralDocuments, load_documents, load_layer
from gmconfig.config.resolve import Resolved
from gmconfig.config.strategy import rules_of
from gmconfig.errors import BrokenConfiguration, Refused
from gmconfig.finding import Finding
from gmconfig.log import debug
from gmconfig.validate.asking import may_ask
from gmconfig.validate.checks.registry import CHECKS
from gmconfig.validate.files import note_lines, unreadable
from gmconfig.validate.source import Source
from gmconfig.validate.view import Variant, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from gmconfig.project.layout import Layer
    from gmconfig.validate.subject import Subject


class Checked:
    """What was found in one document; `files` is what the answer depends on.

    `crosses` says that it refers to other documents, so it depends on more than `files`; `asks` that it may
    depend on secrets. Not a dataclass: ten thousand of them are made to say that nothing changed.
    """

    __slots__ = ("asks", "crosses", "document", "environments", "files", "findings", "lines", "unchecked")

    def __init__(
        self,
        document: str,
        environments: tuple[str, ...],
        findings: Sequence[Finding],
        unchecked: int,
        lines: Mapping[tuple[str, int], str],
        files: Collection[str],
        crosses: bool,
        asks: bool,
    ) -> None:
        self.document = document
        self.environments = environments
        self.findings = findings
        self.unchecked = unchecked
        self.lines = lines
        self.files = files
        self.crosses = crosses
        self.asks = asks


def checked(
    subject: Subject, document: str, layers: Sequence[Layer], environments: Collection[str] | None = None
) -> Checked:
    """Check a document, given all its layers; in all environments, or in those that are named."""
    findings: list[Finding] = []
    lines: dict[tuple[str, int], str] = {}
    view, several = viewed(subject, document, layers, findings, lines, environments)
    for check in CHECKS.values():
        findings.extend(check(view))
    if several:  # a check of the file's text has seen it once for each of them
        findings = list(dict.fromkeys(findings))
    debug(
        "validate",
        "%s: checked %s in %s against schema, references and %d policies, %d findings",
        document,
        [layer.file for layer in layers],
        [name for variant in view.variants for name in variant.environments],
        len(subject.policies.rules),
        len(findings),
    )
    found = Checked(
        document,
        tuple(dict.fromkeys(name for variant in view.variants for name in variant.environments)),
        findings,
        max((variant.unchecked for variant in view.variants), default=0),
        {**lines, **view.shown()},
        sorted({layer.file for layer in layers} | view.used),
        crosses(view),
        asks(view),
    )
    view.variants = []  # they point back at the view, and no collector runs that would find such a circle
    return found


def viewed(
    subject: Subject,
    document: str,
    layers: Sequence[Layer],
    findings: list[Finding],
    lines: dict[tuple[str, int], str],
    environments: Collection[str] | None = None,
) -> tuple[View, bool]:
    """Give a document as checks see it, and whether its file holds several; what cannot be read is a finding."""
    loaded, several = _read(subject, layers, findings, lines)
    view = View(subject, document, several or tuple(loaded.values()))
    if several:
        view.variants = list(_separate(view, several, environments))
    else:
        view.variants = list(_variants(view, loaded, layers, environments))
    return view, bool(several)


def _read(
    subject: Subject, layers: Sequence[Layer], findings: list[Finding], lines: dict[tuple[str, int], str]
) -> tuple[dict[str, LoadedLayer], tuple[LoadedLayer, ...]]:
    """Read a document's layers; or each YAML document of files that meet no other, where one holds several."""
    try:
        return _loaded(subject, layers, findings, lines), ()
    except SeveralDocuments:
        return {}, tuple(part for layer in layers for part in _parts(subject, layer, findings, lines))


def _parts(
    subject: Subject, layer: Layer, findings: list[Finding], lines: dict[tuple[str, int], str]
) -> list[LoadedLayer]:
    """Read each YAML document of a file; one that cannot be read is a finding."""
    try:
        return load_documents(subject.snapshot, layer, rules_of(subject.project.settings.merge))
    except BrokenConfiguration as error:
        findings.append(unreadable(error, layer.file))
        note_lines(Source(layer.file, subject.snapshot.read(layer.file)), findings[-1], lines)
        return []


def _are_apart(subject: Subject, layers: Sequence[Layer]) -> bool:
    """Whether no environment has two of these layers, so that nothing would have to merge."""
    chains = [subject.project.chain(name) for name in subject.project.environments]
    return len(layers) == 1 or (
        all(layer.environment for layer in layers)
        and all(sum(layer.environment in chain for layer in layers) < 2 for chain in chains)
    )


def _separate(view: View, parts: Sequence[LoadedLayer], wanted: Collection[str] | None) -> Iterator[Variant]:
    """Yield each YAML document of a file, in each environment that the file reaches."""
    subject = view.subject
    declared = subject.project.environments
    for part in parts:
        reached = [
            name
            for name in declared
            if part.layer.environment in (None, *subject.project.chain(name))
            and (wanted is None or name in wanted)
        ]
        for name in reached if declared else (None,):
            yield Variant(view, (name,) if name else (), _resolved(view, [part], name))


def _loaded(
    subject: Subject, layers: Sequence[Layer], findings: list[Finding], lines: dict[tuple[str, int], str]
) -> dict[str, LoadedLayer]:
    """Read every layer; one that cannot be read is a finding."""
    found: dict[str, LoadedLayer] = {}
    rules = rules_of(subject.project.settings.merge)
    for layer in layers:
        try:
            found[layer.file] = load_layer(subject.project, subject.snapshot, layer, rules)
        except BrokenConfiguration as error:
            if isinstance(error, SeveralDocuments) and _are_apart(subject, layers):
                raise
            findings.append(unreadable(error, layer.file))
            note_lines(Source(layer.file, subject.snapshot.read(layer.file)), findings[-1], lines)
        except (Refused, FileNotFoundError) as error:
            findings.append(unreadable(BrokenConfiguration(str(error)), layer.file))
    return found


def _variants(
    view: View, loaded: Mapping[str, LoadedLayer], layers: Sequence[Layer], wanted: Collection[str] | None
) -> Iterator[Variant]:
    """Yield the document in each environment; environments that see it alike share one."""
    subject = view.subject
    names = tuple(name for name in subject.project.environments if wanted is None or name in wanted)
    if (
        all(layer.kind == "base" for layer in layers)
        and len(loaded) == len(layers)
        and not _locals(subject, layers)
    ):
        resolved = _resolved(view, list(loaded.values()), names[0] if names else None)
        keeps = subject.project.settings.keeps_placeholders(view.document)
        if resolved.is_literal or (keeps and not _sealed(loaded)):
            yield Variant(view, names, resolved)
            return
    for name in names if subject.project.environments else (None,):
        for variables in _choices(layers):
            chosen = _chosen(subject, view.document, name, variables, loaded)
            if chosen:
                resolved = _resolved(view, chosen, name, variables)
                yield Variant(view, (name,) if name else (), resolved)


def _resolved(
    view: View, layers: list[LoadedLayer], environment: str | None, variables: Mapping[str, str] | None = None
) -> Resolved:
    subject = view.subject
    rules = rules_of(subject.project.settings.merge)
    return Resolved(
        subject.project,
        subject.snapshot,
        view.document,
        environment,
        layers,
        variables=variables,
        rules=rules,
        yaml_document=layers[0].yaml_document if len(layers) == 1 else 0,
    )


def _sealed(loaded: Mapping[str, LoadedLayer]) -> bool:
    return not all(layer.is_literal for layer in loaded.values())


def _locals(subject: Subject, layers: Sequence[Layer]) -> bool:
    """Whether a file of one machine lies beside one of the layers."""
    twins = (layer.local() for layer in layers)
    return any(twin is not None and twin.file in subject.files for twin in twins)


def _choices(layers: Sequence[Layer]) -> list[dict[str, str]]:
    """Give the values of further layers' variables to try: none, and each file's own."""
    given = (layer.variables for layer in layers if layer.kind == "layer")
    return [{}, *(dict(variables) for variables in dict.fromkeys(given) if variables)]


def _chosen(
    subject: Subject,
    document: str,
    environment: str | None,
    variables: Mapping[str, str],
    loaded: Mapping[str, LoadedLayer],
) -> list[LoadedLayer]:
    """Give the layers that exist; none where one of them could not be read, or none has these variables."""
    project = subject.project
    files = project.layout.files(document, project.chain(environment), variables)
    there = [file for file in files if file in subject.files]
    if not all(file in loaded for file in there):
        return []
    found = [loaded[file] for file in there]
    if variables and not any(dict(one.layer.variables) == variables for one in found):
        return []
    return found


def asks(view: View) -> bool:
    """Whether a layer may name a secret, or hold a sealed value."""
    return any(
        not layer.is_literal and may_ask(view.subject.snapshot.read(layer.file)) for layer in view.layers
    )


def crosses(view: View) -> bool:
    """Whether a text of the document may refer to another one."""
    if all(variant.resolved.is_literal for variant in view.variants):
        return False
    texts = (layer.stream.text for layer in view.layers)
    return any("${CONFIG:" in text or "\\" in text for text in texts)  # an escape may spell it
