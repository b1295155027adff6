"""`gmconfig flag`: feature flags, evaluated like flagd does, changed by commits."""

from gmconfig.cli.groups import GROUPS
from gmconfig.cli.verb import group

app = group(GROUPS["flag"])

from gmconfig.cli.flag import (  # noqa: E402
    analytics,
    build,
    change,
    evaluate,
    experiment,
    reach,
    read,
    sample,
    serve,
    stale,
    switch,
)

for module in (read, change, switch, reach, evaluate, build, sample, stale, experiment, analytics, serve):
    module.register(app)
