"""The verbs of `gmconfig deploy`, joined."""

from gmconfig.cli.deploy import agent, apply, back, permission, plan, promote, records
from gmconfig.cli.verb import group

app = group("Plan, apply, roll back and follow deployments.")

for module in (plan, apply, promote, back, records, permission, agent):
    module.register(app)
