"""What looks like a secret, by format, name and randomness; needs no key.

Known values are looked for once for all files, in `exact`: what decides about them is opened, and such
answers are not kept beside a document's verdict.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.finding import Finding
    from gmconfig.validate.view import View


def check(view: View) -> Iterator[Finding]:
    """Yield what stands in a layer and looks like a secret."""
    from gmconfig.secret.scan.suspicion import suspects

    for layer in view.layers:
        raw = view.subject.snapshot.read(layer.file)
        for hit in suspects(raw, layer.file):
            from gmconfig.secret.scan.hit import lines_of
            from gmconfig.validate.spotted import finding_of

            finding = finding_of(view.subject.project, layer.file, raw, hit)
            if finding.place:
                view.hide(finding.place, len(lines_of(raw, hit)))
            yield finding
