"""The verbs of `gmconfig deploy`, joined."""

from gmconfig.cli.deploy import agent, apply, back, permission, plan, promote, records
from gmconfig.cli.groups import GROUPS
from gmconfig.cli.verb import group

app = group(GROUPS["deploy"])

for module in (plan, apply, promote, back, records, permission, agent):
    module.register(app)
