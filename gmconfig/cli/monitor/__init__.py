"""`gmconfig monitor`: alerts, compliance, health, figures and reports."""

from gmconfig.cli.groups import GROUPS
from gmconfig.cli.verb import group

app = group(GROUPS["monitor"])

from gmconfig.cli.monitor import alerts, journal, metrics, report, status  # noqa: E402

for module in (status, alerts, metrics, report, journal):
    module.register(app)
