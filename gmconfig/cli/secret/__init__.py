"""`gmconfig secret`: values sealed inline, that only the right people open."""

from gmconfig.cli.groups import GROUPS
from gmconfig.cli.verb import group

app = group(GROUPS["secret"])

from gmconfig.cli.secret import (  # noqa: E402
    access,
    git,
    inline,
    keys,
    members,
    named,
    rotate,
    scan,
    transfer,
    verify,
)

for module in (named, rotate, inline, members, access, verify, keys, git, scan, transfer):
    module.register(app)
