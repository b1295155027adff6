"""The verbs of `gmconfig drift`, joined."""

from gmconfig.cli.drift import detect, settle
from gmconfig.cli.groups import GROUPS
from gmconfig.cli.verb import group

app = group(GROUPS["drift"])

for module in (detect, settle):
    module.register(app)
