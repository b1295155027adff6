"""The verbs of `gmconfig drift`, joined."""

from gmconfig.cli.drift import detect, settle
from gmconfig.cli.verb import group

app = group("Find, explain, correct and adopt what was changed on targets by hand.")

for module in (detect, settle):
    module.register(app)
