"""What is wanted on a target: trees to compare, files to put there, and where each value comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied, BrokenConfiguration
from gmconfig.path import Keys, format_keys, value_at
from gmconfig.secret import plaintext

if TYPE_CHECKING:
    from gmconfig.config.origin import Origin
    from gmconfig.config.resolve import Resolved
    from gmconfig.target.formats import Form


class Part:
    """One document of a rendering.

    Attributes:
        document: its name.
        file: the file that it becomes.
        form: how that is written and read.
        source: the layers that it was made of; None for the compiled flags.
        written: the tree before it was written, with tokens in place of secrets.
        tree: the same as a reader of the file would see it: what live trees are compared with.
        secret_paths: where secrets stand in `tree`, each with the digest of its token.
        is_opaque: whether the file cannot be compared by its content, being encrypted.
    """

    def __init__(
        self,
        document: str,
        file: str,
        form: Form,
        source: Resolved | None,
        written: object,
        tree: object,
        secret_paths: Mapping[Keys, str],
        *,
        is_opaque: bool = False,
    ) -> None:
        self.document = document
        self.file = file
        self.form = form
        self.source = source
        self.written = written
        self.tree = tree
        self.secret_paths = secret_paths
        self.is_opaque = is_opaque

    def source_keys(self, keys: Keys) -> Keys:
        """Give the path in the document of a path in the file: `database.host` for `DATABASE_HOST`."""
        if self.form.paths is None:
            return keys
        return self.form.paths(self.written).get(str(keys[0]), keys) if keys else keys


class Rendering:
    """Immutable by agreement, and shared by all targets that want the same.

    Attributes:
        parts: each document by its name.
        extras: files beside those of the documents, which say how to use them.
        wanted: the digest over all trees and how they are written; needs no key, may be seen by everybody.
    """

    def __init__(
        self,
        parts: Mapping[str, Part],
        about: object,
        files: Callable[[], dict[str, bytes] | None],
        extras: Mapping[str, bytes] | None = None,
    ) -> None:
        self.parts = parts
        self.extras = extras or {}
        self._files = files
        trees = {document: part.tree for document, part in parts.items()}
        self.wanted = sha256(plaintext.encode({"about": about, "documents": trees})).hexdigest()

    @cached_property
    def files(self) -> dict[str, bytes] | None:
        """What is to stand on the target, by file name; None where that needs a key that is not at hand."""
        files = self._files()
        return None if files is None else {**files, **self.extras}

    def needed_files(self) -> dict[str, bytes]:
        """Give the files.

        Raises:
            AccessDenied: a secret among them cannot be opened here.
        """
        if self.files is None:
            raise AccessDenied("plain secrets cannot be rendered without their key", hint="gmconfig doctor")
        return self.files

    @property
    def trees(self) -> dict[str, object]:
        """What a reader would see of each document, with tokens in place of secrets."""
        return {document: part.tree for document, part in self.parts.items()}

    @property
    def secret_paths(self) -> dict[str, dict[Keys, str]]:
        """Where secrets stand in each document's tree, with the digests of their tokens."""
        return {document: dict(part.secret_paths) for document, part in self.parts.items()}

    def parsed(self, files: Mapping[str, bytes]) -> tuple[dict[str, object], dict[str, str]]:
        """Read live files: each document's tree, and for those that cannot be read what is wrong with them.

        A document whose file is missing is in neither; files that belong to no document are left alone.
        """
        trees: dict[str, object] = {}
        problems: dict[str, str] = {}
        for document, part in self.parts.items():
            if part.file not in files:
                continue
            if part.is_opaque:
                problems[document] = "it is encrypted"
                continue
            try:
                trees[document] = part.form.read(files[part.file])
            except BrokenConfiguration as error:
                problems[document] = error.message
        return trees, problems

    def strangers(self, files: Mapping[str, bytes]) -> list[str]:
        """Give the live files that belong to no document."""
        return sorted(set(files) - {part.file for part in self.parts.values()} - set(self.extras))

    def secret_values(self) -> dict[str, dict[str, object]]:
        """Give what each secret is in the files, by document and printed path, as a reader sees it."""
        trees, _ = self.parsed(self.needed_files())
        return {
            document: {format_keys(keys): value_at(trees[document], keys) for keys in part.secret_paths}
            for document, part in self.parts.items()
            if part.secret_paths and document in trees
        }

    def origin(self, document: str, keys: Keys) -> Origin | None:
        """Say which layer a wanted value comes from; None for the flags."""
        part = self.parts[document]
        return None if part.source is None else part.source.origin(part.source_keys(keys))
