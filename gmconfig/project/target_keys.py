"""The keys of one target in gmconfig.yaml, and the shape of what stands under each."""

from __future__ import annotations

from gmconfig.project.known_keys import NAME
from gmconfig.project.shape import SWITCH, TEXT, VALUE, Either, ListOf, MapOf, Record, Scalar, Words
from gmconfig.project.span import WAIT

FORMATS_GROUP = "gmconfig.formats"
"""The entry points of other packages' formats."""

LIVE_FORMATS = ("yaml", "json", "toml", "dotenv", "properties", "configmap", "secret", "flagd")
SECRETS = ("plain", "omit", "sealed", "sops")


def _is_number(text: str) -> bool:
    return int(text) >= 0


def is_mode(text: str) -> bool:
    """Whether a text is a file's permissions in octal: `0640`, `600`."""
    return 3 <= len(text) <= 4 and all(char in "01234567" for char in text)


NUMBER = Scalar("a number of 0 or more", (int,), _is_number)
MODE = Scalar('permissions in quotes, such as "0640"', (str,), is_mode)
DURATION = Scalar(f"{WAIT.noun} such as {WAIT.examples}", (str,), WAIT.accepts)
WHEN = Scalar("a date or a time", (str,))
TEXTS = ListOf(TEXT)
SEVERAL = Either(TEXT, items=TEXTS)

HEALTH = Record(
    {
        "http": TEXT,
        "tcp": TEXT,
        "command": TEXTS,
        "status": NUMBER,
        "timeout": DURATION,
        "retries": NUMBER,
        "grace": DURATION,
    }
)
IGNORE = Record(
    {"path": TEXT, "document": TEXT, "owner": TEXT, "until": WHEN, "reason": TEXT}, required=("path",)
)

TARGET = Record(
    {
        "kind": NAME,
        "environment": NAME,
        "documents": ListOf(TEXT),
        "format": NAME,
        "secrets": Words(*SECRETS),
        "variables": MapOf(VALUE),
        "placeholders": Words("resolve", "keep"),
        # directory, ssh
        "path": TEXT,
        "file": TEXT,
        "host": TEXT,
        "hosts": Either(TEXT, items=TEXTS, record=MapOf(TEXT)),
        "keep": NUMBER,
        "owner": TEXT,
        "mode": MODE,
        "reload": TEXTS,
        "known_hosts": TEXT,
        "identity": TEXT,
        # branch
        "repository": TEXT,
        "branch": TEXT,
        "folder": TEXT,
        "kustomize": SWITCH,
        "recipients": TEXTS,
        # manifests
        "name": TEXT,
        "namespace": TEXT,
        # etcd
        "endpoints": SEVERAL,
        "prefix": TEXT,
        "layout": Words("document", "keys", "releases"),
        "user": TEXT,
        "password_file": TEXT,
        "ca": TEXT,
        "cert": TEXT,
        "key": TEXT,
        # every kind
        "agent": SWITCH,
        "timeout": DURATION,
        "options": Record({}, more=True),
        "labels": MapOf(VALUE),
        "wave": NUMBER,
        "health": ListOf(HEALTH),
        "before": ListOf(TEXTS),
        "after": ListOf(TEXTS),
        "ignore": ListOf(IGNORE),
        "budget": Record({"delete_percent": NUMBER, "targets": NUMBER, "corrections": NUMBER}),
    }
)
