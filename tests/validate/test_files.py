"""Files of any kind against one schema, outside of a project."""

import json
from pathlib import Path

import pytest

from gmconfig.errors import NotFound
from gmconfig.finding import Place
from gmconfig.validate.files import check_files

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "port": {"type": "integer", "maximum": 65535}},
}


def checked(folder: Path, schema: object = SCHEMA, **files: str | bytes):
    (folder / "s.json").write_text(json.dumps(schema))
    names = []
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        names.append(str(path))
    return check_files(str(folder / "s.json"), names)


def said(report) -> list[tuple]:
    return [(Path(f.place.file).name, f.place.line, f.place.column, f.message) for f in report.findings]


def test_yaml_json_and_toml_alike(tmp_path: Path):
    report = checked(
        tmp_path,
        a__yaml="name: x\nport: 70000\n",
        b__json='{"name": "x",\n "port": 70000}',
        c__toml='name = "x"\nport = 70000\n',
    )
    assert said(report) == [
        ("a.yaml", 2, 7, "70000 is greater than the maximum of 65535"),
        ("b.json", 2, 10, "70000 is greater than the maximum of 65535"),
        ("c.toml", 1, 1, "70000 is greater than the maximum of 65535"),
    ]
    assert report.files == 3
    assert not report.ok


def test_a_key_that_may_not_be_there_is_blamed_itself(tmp_path: Path):
    (finding,) = checked(tmp_path, a__yaml="name: x\nprot: 1\n").findings
    assert (finding.place.line, finding.place.column, finding.width, finding.hint) == (
        2,
        1,
        4,
        'did you mean "port"?',
    )


def test_every_document_of_a_stream_is_checked(tmp_path: Path):
    report = checked(tmp_path, a__yaml="name: x\n---\nname: 1\n")
    assert [(f.path, f.place.line) for f in report.findings] == [("#2:name", 3)]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a__yaml", b"a: ["), ("a__yaml", b"a: 1\na: 2\n"), ("a__yaml", b"\xff\xfe\x00"),
        ("a__json", b'{"a": 1, "a": 2}'),
        ("a__json", b"{"), ("a__json", b"[NaN]"), ("a__json", b"\xff"), ("a__json", b"[" * 100_000),
        ("a__toml", b"a ="),
        ("a__toml", b"\xff"), ("a__yaml", b"[" * 10_000), ("a__yaml", b"a: &a [*a]"),
    ],
)  # fmt: skip
def test_a_broken_file_is_a_finding(tmp_path: Path, name: str, raw: bytes):
    (finding,) = checked(tmp_path, **{name: raw}).findings
    assert finding.check == "yaml"
    assert finding.place.line >= 1


def test_dates_are_text_everywhere(tmp_path: Path):
    schema = {"properties": {"d": {"type": "string", "format": "date"}}}
    assert checked(tmp_path, schema, a__yaml="d: 2024-01-01\n", b__toml="d = 2024-01-01\n").ok


def test_a_broken_schema_is_a_finding_and_nothing_else_is(tmp_path: Path):
    report = checked(tmp_path, {"properties": {"a": {"type": "strin"}}}, a__yaml="a: 1\n")
    (finding,) = report.findings
    assert finding.rule == "broken-schema"
    assert finding.place.file.endswith("s.json")


def test_a_schema_in_yaml_and_one_that_does_not_parse(tmp_path: Path):
    (tmp_path / "s.yaml").write_text("type: string\n")
    (tmp_path / "a.yaml").write_text("1\n")
    assert not check_files(str(tmp_path / "s.yaml"), [str(tmp_path / "a.yaml")]).ok
    (tmp_path / "s.yaml").write_text("type: [\n")
    (finding,) = check_files(str(tmp_path / "s.yaml"), []).findings
    assert finding.place == Place(str(tmp_path / "s.yaml"), 2, 1)


def test_references_are_found_beside_the_schema_and_never_downloaded(tmp_path: Path):
    (tmp_path / "vendor" / "example.org").mkdir(parents=True)
    (tmp_path / "vendor" / "example.org" / "port.json").write_text('{"maximum": 9}')
    assert not checked(tmp_path, {"$ref": "https://example.org/port.json"}, a__yaml="10\n").ok
    (finding,) = checked(tmp_path, {"$ref": "https://example.org/other.json"}, a__yaml="10\n").findings
    assert (
        finding.message
        == 'broken schema: "https://example.org/other.json" is not among the vendored schemas ($ref)'.replace(
            "($ref)", '("$ref")'
        )
        or "is not among the vendored schemas" in finding.message
    )
    with pytest.raises(NotFound) as caught:
        check_files("https://example.org/s.json", [])
    assert "nothing is downloaded" in str(caught.value.hint)


def test_published_schemas_that_refer_to_each_other_by_name(conformance_data: Path, tmp_path: Path):
    schema = str(conformance_data / "flagd-schemas" / "flags.json")
    flag = {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "on"}
    for index, targeting in enumerate(({"if": [True, "on", "off"]}, {"fractional": "nonsense"})):
        flags = {"flags": {"a": {**flag, "targeting": targeting}}}
        (tmp_path / "flags.json").write_text(json.dumps(flags))
        assert check_files(schema, [str(tmp_path / "flags.json")]).ok == (index == 0)


@pytest.mark.parametrize("missing", ["nope.yaml", "."])
def test_what_is_no_file_is_no_answer(tmp_path: Path, missing: str):
    (tmp_path / "s.json").write_text("{}")
    with pytest.raises(NotFound):
        check_files(str(tmp_path / "s.json"), [str(tmp_path / missing)])
