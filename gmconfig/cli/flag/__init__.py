"""`gmconfig flag`: feature flags, evaluated like flagd does, changed by commits."""

from gmconfig.cli.verb import group

app = group("Create, change, evaluate and compile feature flags.")

from gmconfig.cli.flag import build, change, evaluate, read, sample  # noqa: E402

for module in (read, change, evaluate, build, sample):
    module.register(app)
