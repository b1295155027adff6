"""`gmconfig drift`: live against wanted."""

from gmconfig.cli.verb import group

app = group("Find, explain, correct and adopt what was changed on targets by hand.")

from gmconfig.cli.drift import detect, settle  # noqa: E402

for module in (detect, settle):
    module.register(app)
