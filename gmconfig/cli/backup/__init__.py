"""`gmconfig backup`: made, proved, restored, thinned out."""

from gmconfig.cli.verb import group

app = group("Make, prove, restore and thin out backups of everything: history, records, what is live.")

from gmconfig.cli.backup import create, keep, look, restore  # noqa: E402

for module in (create, look, restore, keep):
    module.register(app)
