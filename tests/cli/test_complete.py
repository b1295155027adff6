"""What a shell offers after Tab."""

from gmconfig.cli import complete


class Context:
    """As much of a context as completion reads."""

    def __init__(self, **params):
        self.params = params


def test_documents_environments_and_revisions_are_offered(trading, git):
    git("tag", "release-1")
    assert complete.documents("se") == ["settings"]
    assert complete.environments("p") == ["production"]
    assert complete.revisions("re") == ["release-1"]
    assert complete.sides("") == ["production", "staging", "development", "testing", "main", "release-1"]


def test_paths_are_offered_one_key_at_a_time(trading):
    context = Context(document="settings", environment="production")
    assert complete.paths(context, "data") == ["database"]
    assert complete.paths(context, "database.p") == ["database.password", "database.pool", "database.port"]
    assert complete.paths(Context(document="nothing", environment=None), "a") == []


def test_the_shell_asks_the_real_program(trading):
    import os
    import subprocess
    import sys

    environment = {
        **os.environ,
        "_GMCONFIG_COMPLETE": "complete_bash",
        "COMP_WORDS": "gmconfig config get se",
        "COMP_CWORD": "3",
    }
    done = subprocess.run(
        [sys.executable, "-m", "gmconfig"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["settings"], done
