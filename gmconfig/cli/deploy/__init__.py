"""`gmconfig deploy`: from a commit to what is live, and back."""

from gmconfig.cli.verb import group

app = group("Plan, apply, roll back and follow deployments.")

from gmconfig.cli.deploy import agent, apply, back, permission, plan, promote, records  # noqa: E402

for module in (plan, apply, promote, back, records, permission, agent):
    module.register(app)
