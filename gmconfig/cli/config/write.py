"""`config set`, `unset` and `edit`: one change, checked, committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import options, prompt
from gmconfig.cli.editing import until_taken
from gmconfig.cli.fast import get as getting
from gmconfig.cli.fast.setting import set_value
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from gmconfig.api.outcome import Outcome
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing

CopyList = Annotated[
    bool,
    typer.Option("--copy-list", help="Copy an inherited list into this environment to change an item of it."),
]


def set_(
    session: Session,
    writing: Writing,
    document: options.Document,
    path: options.Path,
    value: options.Value = None,
    environment: options.Target = None,
    variables: options.Variables = None,
    create: Annotated[bool, typer.Option("--create", help="Add a key that does not exist yet.")] = False,
    string: options.AsText = False,
    secret: Annotated[
        bool, typer.Option("--secret", help="Seal the value; it comes from a prompt or -.")
    ] = False,
    copy_list: CopyList = False,
) -> None:
    """Set one value: a minimal edit of the right layer, validated, then committed.

    With -e it goes into the environment's own file, without into the base. VALUE is YAML. A number that would
    print differently stays text (010, 1.10, 1e3), unless the schema wants a number there or one stands there.

    \b
    gmconfig config set settings database.pool 60 -e production -m "queueing"
    gmconfig config set settings system.zip --string 12345
    gmconfig config set settings database.admin_password --secret --create
    """
    result = set_value(
        session,
        document,
        path,
        value,
        how=writing.how,
        environment=environment,
        variables=variables or (),
        create=create,
        string=string,
        secret=secret,
        copy_list=copy_list,
    )
    writing.show(result)


def unset(
    session: Session,
    writing: Writing,
    document: options.Document,
    path: options.Path,
    environment: options.Target = None,
    variables: options.Variables = None,
    copy_list: CopyList = False,
) -> None:
    """Remove a key; in an environment, one that is inherited is removed with null.

    \b
    gmconfig config unset settings database.pool -e staging
    gmconfig config unset settings logging.level -e development --dry-run
    """
    result = session.manager(environment, variables=getting.pairs(variables)).unset_value(
        document, path, copy_list=copy_list, **writing.how
    )
    writing.show(result)


def edit(
    session: Session,
    writing: Writing,
    document: options.Document,
    environment: options.Target = None,
    variables: options.Variables = None,
) -> None:
    """Open a layer's file in $EDITOR; what you save is validated, then committed.

    \b
    gmconfig config edit settings -e production
    EDITOR="sed -i s/40/60/" gmconfig config edit settings -e production --dry-run
    """
    manager = session.manager(environment, variables=getting.pairs(variables))
    file, before = manager.layer_text(document)

    def take(after: str) -> Outcome:
        return manager.replace_layer(document, file, before, after, **writing.how)

    writing.show(until_taken(before, prompt.edited, take))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    # What begins with a dash may be a value: a negative number is not an option.
    verb(app, "set", context_settings={"ignore_unknown_options": True})(set_)
    verb(app, "unset")(unset)
    verb(app, "edit")(edit)
