"""`gmconfig secret`: values sealed inline, that only the right people open."""

from gmconfig.cli.verb import group

app = group("Create, read, rotate and seal secrets, encrypted inline in the repository.")

from gmconfig.cli.secret import git, inline, keys, named, scan  # noqa: E402

for module in (named, inline, keys, git, scan):
    module.register(app)
