"""The public JSON Schema suites, through the validator as users call it, and the two engines side by side."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gmconfig.validate.files import check_files
from gmconfig.validate.schema import explain, verdict

DRAFTS = {
    "draft7": (7, "http://json-schema.org/draft-07/schema#"),
    "draft2020-12": (2020, "https://json-schema.org/draft/2020-12/schema"),
}
REMOTE = "http://localhost:1234/"

# The suite means these for validators that do not assert formats; gmconfig asserts them, as it promises.
FORMATS_ARE_ON = {"draft2020-12": "format.json"}


def groups(data: Path, draft: str) -> Iterator[tuple[str, dict]]:
    folder = data / "json-schema-test-suite" / "tests" / draft
    for file in sorted(folder.rglob("*.json")):
        for group in json.loads(file.read_bytes()):
            yield str(file.relative_to(folder)), group


def is_left_out(draft: str, file: str, test: dict) -> bool:
    return FORMATS_ARE_ON.get(draft) == file and "only an annotation" in test["description"]


def written(data: object, suffix: str) -> str:
    """Give the data as JSON; in YAML, which has no surrogate pairs, with everything else as it is."""
    if suffix == ".json":
        return json.dumps(data)
    text = json.dumps(data, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\ufeff\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):04x}", text)


@pytest.fixture
def remotes(conformance_data: Path, tmp_path: Path) -> Path:
    """A folder whose `vendor/` holds the suite's remotes, where the validator looks for them."""
    source = conformance_data / "json-schema-test-suite" / "remotes"
    shutil.copytree(source, tmp_path / "vendor" / "localhost:1234")
    return tmp_path


@pytest.mark.parametrize("suffix", [".json", ".yaml"])
@pytest.mark.parametrize("draft", DRAFTS)
def test_suite_passes_as_users_call_it(draft: str, suffix: str, conformance_data: Path, remotes: Path):
    wrong, count = [], 0
    for file, group in groups(conformance_data, draft):
        schema = group["schema"]
        if isinstance(schema, dict):
            schema = {"$schema": DRAFTS[draft][1], **schema}
        (remotes / "schema.json").write_text(json.dumps(schema))
        paths = []
        for index, test in enumerate(group["tests"]):
            paths.append(remotes / f"{index}{suffix}")
            paths[-1].write_text(written(test["data"], suffix))
        failed = {
            finding.place.file
            for finding in check_files(str(remotes / "schema.json"), map(str, paths)).findings
        }
        for path, test in zip(paths, group["tests"], strict=True):
            count += 1
            if (str(path) not in failed) != test["valid"] and not is_left_out(draft, file, test):
                wrong.append((file, group["description"], test["description"]))
    assert wrong == []
    assert count == {"draft7": 1721, "draft2020-12": 2225}[draft]


@pytest.mark.parametrize("draft", DRAFTS)
def test_the_two_engines_never_disagree(draft: str, conformance_data: Path):
    known = {
        REMOTE + str(file.relative_to(folder)): json.loads(file.read_bytes())
        for folder in [conformance_data / "json-schema-test-suite" / "remotes"]
        for file in folder.rglob("*.json")
    }
    number, base = DRAFTS[draft][0], "file:///schemas/x.json"
    disagreed = []
    for file, group in groups(conformance_data, draft):
        fast = verdict.compiled(group["schema"], number, known.__getitem__, base)
        for test in group["tests"]:
            slow = not list(explain.explained(group["schema"], test["data"], number, known.__getitem__, base))
            if fast.is_valid(test["data"]) != slow:
                disagreed.append((file, group["description"], test["description"]))
    assert disagreed == []
