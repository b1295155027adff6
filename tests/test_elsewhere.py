"""Where Linux's own calls are missing (macOS, the BSDs), every module loads, and what they make better goes on."""

import subprocess
import sys
from pathlib import Path

ELSEWHERE = """
import fcntl, os, pkgutil, resource, select, sys
for module, names in {
    os: ("memfd_create", "MFD_CLOEXEC", "MFD_ALLOW_SEALING", "sched_getaffinity", "eventfd", "pidfd_open"),
    fcntl: ("F_ADD_SEALS", "F_SEAL_GROW"),
    resource: ("prlimit",),
    select: ("epoll",),
}.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
import gmconfig
for found in pkgutil.walk_packages(gmconfig.__path__, "gmconfig."):
    if not found.name.endswith("__main__"):
        __import__(found.name)
from gmconfig.monitor.handler import Handler
from gmconfig.storage import shares
from gmconfig.storage.git.process import run_git

print(Handler("h", command=("sh", "-c", "exit 3"))._told(b"{}", "."))
print(run_git(("cat-file", "--batch"), cwd=sys.argv[1], environ=os.environ, stdin=b"").returncode)
print(shares.worked(range(4), str, shares=2))
"""


def test_what_only_linux_has_is_not_needed(tmp_path: Path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    command = [sys.executable, "-c", ELSEWHERE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ['"sh" ended with 3', "0", "{0: '0', 1: '1', 2: '2', 3: '3'}"]
