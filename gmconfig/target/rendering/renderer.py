"""Renders targets from one snapshot: targets that want the same share the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gmconfig.config.evaluate import Evaluation
from gmconfig.config.lookup import Lookup, closed_lookup
from gmconfig.config.resolve import Resolved, resolve
from gmconfig.errors import BrokenConfiguration
from gmconfig.path import Keys
from gmconfig.target.declared import Target
from gmconfig.target.formats import FLAGS, About, Form, form_of
from gmconfig.target.rendering import leaves
from gmconfig.target.rendering.kustomization import kustomization
from gmconfig.target.rendering.opening import Secrets, Tokens, Values
from gmconfig.target.rendering.rendering import Part, Rendering

if TYPE_CHECKING:
    from gmconfig.config.lookup import Opener
    from gmconfig.project import Project
    from gmconfig.secret.keyring.sources import Sources
    from gmconfig.storage.snapshot import Snapshot


class Renderer:
    """Makes what is wanted on targets from one snapshot's files.

    Args:
        project: the project.
        snapshot: what is rendered; its own gmconfig.yaml counts.
        secrets: where secrets come from, if not from the same snapshot: a rollback renders the old
            configuration with today's secrets.
        flags: where feature flags come from, if not from the same snapshot: a kill switch brings nothing else.
        sources: where the identity that opens them is looked for; None is what this process was given.
    """

    def __init__(
        self,
        project: Project,
        snapshot: Snapshot,
        *,
        secrets: Snapshot | None = None,
        flags: Snapshot | None = None,
        sources: Sources | None = None,
    ) -> None:
        self.project = project.at(snapshot)
        self.snapshot = snapshot
        self._flag_files = flags or snapshot
        older = secrets is not None and secrets is not snapshot
        self._secrets = Secrets(project, secrets or snapshot, sources, older=older)
        self._done: dict[object, Rendering] = {}
        self._resolved: dict[tuple[str, str], Resolved] = {}

    def render(self, target: Target) -> Rendering:
        """Give what is wanted on a target.

        Raises:
            NotFound: a document has no layer in the target's environment.
            Unresolved: a placeholder stands for nothing.
            BrokenConfiguration: the form cannot hold a value, or would hold a secret that it must not.
        """
        key = _shared_by(target)
        if key not in self._done:
            self._done[key] = self._rendered(target)
        return self._done[key]

    def _rendered(self, target: Target) -> Rendering:
        drafts = {document: self._draft(target, document) for document in target.documents}
        parts = {document: draft.part() for document, draft in drafts.items()}
        extras = kustomization(target, parts) if target.settings.get("kustomize") else None
        return Rendering(parts, _about(target), lambda: _files(list(drafts.values())), extras)

    def _draft(self, target: Target, document: str) -> _Draft:
        if document == FLAGS:
            content = self._flags(target.environment)
            return _Draft(target, document, None, form_of("flagd"), content, set(), lambda: content)
        if target.format == "flagd":
            message = f'target "{target.name}": the format flagd is for the document "{FLAGS}"'
            raise BrokenConfiguration(message, hint=f"documents: [{FLAGS}]")
        resolved = self._document(document, target.environment)
        tokens = Tokens(self._secrets)
        tree = self._evaluated(resolved, target, tokens)
        return _Draft(
            target,
            document,
            resolved,
            form_of(target.format),
            tree,
            tokens.seen,
            lambda: self._evaluated(resolved, target, Values(self._secrets)),
        )

    def _document(self, document: str, environment: str) -> Resolved:
        if (document, environment) not in self._resolved:
            found = resolve(self.project, self.snapshot, document, environment, remembered=True)
            self._resolved[document, environment] = found
        return self._resolved[document, environment]

    def _evaluated(self, resolved: Resolved, target: Target, opener: Opener) -> object:
        if resolved.is_literal:
            return resolved.merged
        keeps = None if target.placeholders is None else target.placeholders == "keep"
        return Evaluation(resolved, self._lookup(target, opener), keeps=keeps).tree()

    def _lookup(self, target: Target, opener: Opener) -> Lookup:
        return closed_lookup(self.project, target.environment, opener, variables=target.variables)

    def _flags(self, environment: str) -> object:
        from gmconfig.flag.compiled import document

        return dict(document(self.project, self._flag_files, environment).content)


class _Draft:
    """One document on its way to a file; `tree` has tokens as `Secret`, `values` gives it with the real ones."""

    def __init__(
        self,
        target: Target,
        document: str,
        source: Resolved | None,
        form: Form,
        tree: object,
        tokens: set[str],
        values: Callable[[], object],
    ) -> None:
        self.target = target
        self.document = document
        self.source = source
        self.form = form
        self.tree = leaves.omitted(tree) if target.secrets == "omit" else tree
        self.tokens = tokens
        self.values = values
        self.about = About(document, target.settings.get("name"), target.settings.get("namespace"))
        self.has_secrets = bool(tokens) and target.secrets != "omit"
        self.is_opaque = self.has_secrets and target.secrets == "sops"

    def part(self) -> Part:
        """Give it as it is compared."""
        if self.form.name == "configmap" and self.has_secrets:
            message = f'target "{self.target.name}": a ConfigMap is not a place for the secrets of "{self.document}"'
            raise BrokenConfiguration(message, hint="format: secret, or secrets: omit")
        written = leaves.marked(self.tree) if self.tokens else self.tree
        tree, secret_paths = self._as_read(written), dict[Keys, str]()
        if self.tokens:
            tree, secret_paths = leaves.unmarked(tree)
        return Part(
            self.document,
            self.file,
            self.form,
            self.source,
            leaves.unmarked(written)[0] if self.tokens else written,
            tree,
            secret_paths,
            is_opaque=self.is_opaque,
        )

    def _as_read(self, written: object) -> object:
        """Give a tree as a reader of the file sees it."""
        if self.form.is_faithful and leaves.is_plain(written):
            return written
        return self.form.parse(self.write(written))

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.document}{'.sops.yaml' if self.is_opaque else self.form.extension}"

    def content(self) -> bytes | None:
        """Give the file's bytes; None where that needs a key that is not at hand."""
        if self.target.secrets == "sealed":
            return self.write(leaves.sealed(self.tree, self.tokens))
        if not self.has_secrets:
            return self.write(self.tree)
        values = self.values()
        if leaves.has_unknown(values):
            return None
        plain = leaves.revealed(values, flat=self.form.is_flat)
        return self._encrypted(plain) if self.is_opaque else self.write(plain)

    def write(self, tree: object) -> bytes:
        """Write a tree.

        Raises:
            BrokenConfiguration: the form cannot hold it.
        """
        try:
            return self.form.render(tree, self.about)
        except BrokenConfiguration as error:
            hint = (error.hint or "").replace("use -o yaml", "format: yaml") or None
            message = f'document "{self.document}" as {self.form.name}: {error.message}'
            raise BrokenConfiguration(message, hint=hint) from error

    def _encrypted(self, tree: object) -> bytes:
        from gmconfig.target.rendering.encrypted import encrypted

        return encrypted(self.target, self.form, tree, self.about)


def _files(drafts: list[_Draft]) -> dict[str, bytes] | None:
    found: dict[str, bytes] = {}
    for draft in drafts:
        content = draft.content()
        if content is None:
            return None
        found[draft.file] = content
    return found


def _about(target: Target) -> dict[str, Any]:
    """Give what changes the files beside their trees."""
    said: dict[str, Any] = {"format": target.format, "secrets": target.secrets}
    for key in ("name", "namespace", "recipients", "kustomize"):
        if key in target.settings:
            said[key] = target.settings[key]
    return said


def _shared_by(target: Target) -> object:
    """Give what all targets have in common that want the same files."""
    variables = tuple(sorted((str(name), repr(value)) for name, value in target.variables.items()))
    about = tuple((key, repr(value)) for key, value in _about(target).items())
    return target.environment, target.documents, variables, target.placeholders, about
