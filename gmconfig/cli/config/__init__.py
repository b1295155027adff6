"""`gmconfig config`: read, explain, change and roll back configuration."""

from gmconfig.cli.groups import GROUPS
from gmconfig.cli.verb import group

app = group(GROUPS["config"])

from gmconfig.cli.config import explore, read, stream, versions, write  # noqa: E402

for module in (read, explore, write, versions, stream):
    module.register(app)
