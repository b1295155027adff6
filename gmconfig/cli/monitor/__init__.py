"""`gmconfig monitor`: alerts, compliance, health, figures and reports."""

from gmconfig.cli.verb import group

app = group(
    "See how things stand: alerts, compliance, health, metrics, reports. Between runs nothing watches."
)

from gmconfig.cli.monitor import alerts, journal, metrics, report, status  # noqa: E402

for module in (status, alerts, metrics, report, journal):
    module.register(app)
