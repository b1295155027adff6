"""`gmconfig backup`: made, proved, restored, thinned out."""

from gmconfig.cli.groups import GROUPS
from gmconfig.cli.verb import group

app = group(GROUPS["backup"])

from gmconfig.cli.backup import create, keep, look, restore  # noqa: E402

for module in (create, look, restore, keep):
    module.register(app)
