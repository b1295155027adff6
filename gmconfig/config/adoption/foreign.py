"""What is adopted must be YAML: a file of another format would pass for one long text, or break later."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration, UsageError, shell_word
from gmconfig.storage.yaml import load_all

_TOML = "python3 -c 'import json, sys, tomllib; print(json.dumps(tomllib.load(sys.stdin.buffer), indent=2))'"
_READ = "gmconfig reads YAML and JSON"


def readable(raw: bytes, file: str) -> list[object]:
    """Give the data of a file that is to be adopted.

    Raises:
        UsageError: it is of another format.
        BrokenConfiguration: it is YAML, or means to be, and cannot be read.
    """
    kind = file.rpartition("/")[2].rpartition(".")[2].lower()
    try:
        trees = load_all(raw, file)
    except BrokenConfiguration:
        if kind in ("yaml", "yml", "json"):
            raise
        trees = [raw]
    if any(isinstance(tree, (str, bytes)) for tree in trees):
        raise UsageError(f'"{file}" is no YAML', hint=_hint(kind, file))
    return trees


def _hint(kind: str, file: str) -> str:
    if kind == "toml":
        name = file[: -len(kind)] + "json"
        return f"{_READ}; to convert it: {_TOML} < {shell_word(file)} > {shell_word(name)}"
    if kind == "env":
        command = f"gmconfig secret import --from dotenv {shell_word(file)}"
        return f"{_READ}; for the secrets in it: gmconfig init, then {command}"
    return f"{_READ}; write it as one of these first"
