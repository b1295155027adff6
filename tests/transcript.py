"""Transcripts: `console` blocks of a Markdown file, run as a reader would type them, compared line by line."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VARYING = [
    (re.compile(r"\bgm1s?\.[a-z0-9-]+\.[a-z0-9]+\.[A-Za-z0-9_=-]+"), "<token>"),
    (re.compile(r"\bage1[a-z0-9]{20,}"), "<key>"),
    (re.compile(r"secrets/log/\d{4}/\S+"), "<event>"),
    (re.compile(r"secrets/keys/\S+"), "<keys>"),
    (re.compile(r"\b[0-9a-f]{7,64}\b"), "<id>"),
    (re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:?\d{2})?)?"), "<date>"),
    (re.compile(r"\bjust now\b|\b\d+ (minute|hour|day)s? ago\b"), "<ago>"),
    (re.compile(r"\d+(\.\d+)? m?s\b"), "<duration>"),
    # A file as young as the cache is read again: how many are is a matter of milliseconds.
    (
        re.compile(
            r"(, \d+ files? unchanged since the last check|\(\d+ files? unchanged since the last check\))"
        ),
        "",
    ),
]


@dataclass(frozen=True)
class Step:
    """One command with what it must print; `start` and `end` are its output's place in the file."""

    command: str
    expected: str
    start: int
    end: int


def steps(text: str) -> list[Step]:
    """Give the commands of all console blocks in order."""
    found = []
    for block in _BLOCK.finditer(text):
        body, offset = block.group(1), block.start(1)
        for match in re.finditer(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
            start, end = offset + match.start(2), offset + match.end(2)
            found.append(Step(match.group(1), match.group(2), start, end))
    return found


def run(commands: list[str], folder: Path) -> list[str]:
    """Run commands one after the other, `cd` included, and give what each printed (stdout and stderr)."""
    outputs = []
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "100",
    }
    for command in commands:
        script = f"{command}\ncode=$?; pwd > '{folder}/.pwd'; exit $code"
        here = folder / ".pwd"
        cwd = here.read_text().strip() if here.exists() else str(folder)
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=cwd,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        outputs.append(done.stdout)
    return outputs


def comparable(output: str, folder: Path) -> str:
    """Give output without what differs from run to run: ids, dates, tokens, the folder."""
    output = output.replace(str(folder), "<folder>")
    for pattern, name in _VARYING:
        output = pattern.sub(name, output)
    return "\n".join(re.sub(r"\s+", " ", line).strip() for line in output.strip().splitlines())


def agrees(expected: str, actual: str, folder: Path) -> bool:
    """Whether output is what the transcript shows; a line `…` stands for any lines."""
    pattern = (
        re.escape(comparable(expected, folder)).replace("\n…\n", r"\n(.*\n)*?").replace("\n…", r"(\n.*)*")
    )
    pattern = re.sub(r"^…(\\)?\n", r"(.*\\n)*?", pattern)
    return re.fullmatch(pattern, comparable(actual, folder)) is not None


def updated(text: str, outputs: list[str]) -> str:
    """Give the text with the outputs that were really printed."""
    for step, output in reversed(list(zip(steps(text), outputs, strict=True))):
        shown = output if output.endswith("\n") or not output else output + "\n"
        text = text[: step.start] + shown + text[step.end :]
    return text
