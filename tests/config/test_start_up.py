"""What resolving loads: imports decide what small commands cost."""

import subprocess
import sys

HEAVY = [
    "typing",
    "dataclasses",
    "pathlib",
    "subprocess",
    "json",
    "git",
    "jsonschema",
    "cryptography",
    "ruamel",
    "re",
]

SCRIPT = """
import sys
before = set(sys.modules)
from gmconfig.project.project import Project
from gmconfig.config.resolve import resolve
from gmconfig.config.lookup import open_lookup
project = Project.find(sys.argv[1])
resolved = resolve(project, project.worktree(), "settings", "production", remembered=True)
resolved.value(open_lookup(project, "production"))
loaded = set(sys.modules) - before
print(" ".join({name.partition(".")[0] for name in loaded} & set(sys.argv[2:])))
"""


def test_an_unchanged_document_is_resolved_without_parser_and_without_heavy_modules(project, git):
    found = project({"config/settings.yaml": "a: ${X:1}\n", "config/environments/production.yaml": "b: 1\n"})
    git("init", "-q", cwd=found.root)

    def loaded() -> str:
        command = [sys.executable, "-S", "-c", SCRIPT, found.root, *HEAVY]
        path = ":".join(sys.path)
        return subprocess.run(
            command, capture_output=True, text=True, check=True, env={"PYTHONPATH": path, "HOME": found.root}
        ).stdout.strip()

    for _ in range(3):
        heavy = loaded()
    assert heavy == ""
