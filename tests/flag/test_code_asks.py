"""What code asks of flags: OpenFeature's calls in its languages, and gmconfig's own."""

import pytest

from gmconfig import FeatureFlagManager, NotFound
from gmconfig.flag.code.calls import calls
from gmconfig.flag.flagd.kind import Kind
from tests.flag.repository import FlagRepository

FLAGS = """\
flags:
  new_checkout: {}
  theme: {type: string, variants: {light: "#fff", dark: "#000"}, serve: light, default: light}
  pool: {type: number, variants: {small: 5, large: 10}, serve: small, default: small}
  rate: {type: number, variants: {low: 0.5, high: 2}, serve: low, default: low}
  plans: {type: object, variants: {one: {a: 1}}, serve: one, default: one}
"""


@pytest.mark.parametrize(
    ("file", "text", "kind"),
    [
        ("a.py", 'from openfeature import api\nc.get_boolean_value("x", False)', Kind.BOOLEAN),
        ("a.py", 'import openfeature\nawait c.get_integer_details_async(\n    "x", 5)', Kind.INTEGER),
        ("a.ts", "import '@openfeature/server-sdk';\nc.getStringValue('x', 'a');", Kind.STRING),
        ("a.ts", "// OpenFeature\nawait c.getObjectDetails<Plan>(`x`, {});", Kind.OBJECT),
        ("a.tsx", "import '@openfeature/react-sdk';\nconst v = useNumberFlagValue('x', 1);", Kind.FLOAT),
        ("a.tsx", "import '@openfeature/react-sdk';\nconst { value } = useFlag('x', true);", None),
        (
            "a.go",
            '"github.com/open-feature/go-sdk"\nclient.BooleanValue(context.TODO(), "x", false)',
            Kind.BOOLEAN,
        ),
        ("a.go", '"github.com/open-feature/go-sdk"\nc.FloatValueDetails(ctx, "x", 1)', Kind.FLOAT),
        ("A.java", 'import dev.openfeature.sdk.Client;\nclient.getDoubleValue("x", 1.0);', Kind.FLOAT),
        ("A.cs", 'using OpenFeature;\nawait client.GetBooleanValueAsync("x", false);', Kind.BOOLEAN),
        ("a.rb", "require 'open_feature/sdk'\nclient.fetch_boolean_value(flag_key: 'x')", Kind.BOOLEAN),
        ("a.php", "use OpenFeature\\Client;\n$client->getIntegerValue('x', 1);", Kind.INTEGER),
        ("a.py", 'flags.is_feature_enabled("x", user_id="ada")', Kind.BOOLEAN),
        ("a.py", "flags.evaluate_feature( 'x')", None),
    ],
)
def test_a_call_is_seen_in_every_language_of_openfeature(file: str, text: str, kind: Kind | None):
    (call,) = calls(file, text.encode())
    assert (call.flag, call.kind) == ("x", kind)
    assert text.splitlines()[call.place.line - 1][call.place.column - 1] == "x"


@pytest.mark.parametrize(
    "text",
    [
        'cell.getStringValue("x")',
        'import openfeature\nget_boolean_value(NAME, "x")',
        'import openfeature\nc.get_boolean_value(f"{a}", 1); forgetBooleanValue("x")',
        "// openfeature\nc.getBooleanValue(`x-${n}`, true)",
        "",
    ],
)
def test_what_is_no_call_with_its_name_written_out_is_not_taken_for_one(text: str):
    assert list(calls("a.ts", text.encode())) == []


def test_what_no_flag_answers_is_an_error_where_it_is_asked(tmp_path):
    repository = FlagRepository(tmp_path / "repo", FLAGS)
    (repository.root / "src").mkdir()
    (repository.root / "src/shop.py").write_text(
        "from openfeature import api\n"
        'one.get_boolean_value("new_chekout", False)\n'
        'one.get_boolean_value("new_checkout", False)\n'
        'one.get_boolean_value("theme", False)\n'
        'one.get_integer_value("pool", 1), one.get_float_value("pool", 1.0)\n'
        'one.get_integer_value("rate", 1), one.get_float_value("rate", 1.0)\n'
        'one.get_object_value("plans", {}), one.get_string_value("theme", "")\n'
    )
    manager = FeatureFlagManager(root=repository.root)

    report = manager.lint(code=[str(repository.root / "src")])

    assert [(one.place.line, one.place.column, one.rule, one.message, one.hint) for one in report.findings] == [
        (2, 24, "unknown-flag", '"new_chekout" is in no flag file',
         'did you mean "new_checkout"? else gmconfig flag create new_chekout'),
        (4, 24, "flag-type", '"theme" is asked for as boolean, but its values are string',
         "where the types differ the program gets its own default"),
        (6, 24, "flag-type", '"rate" is asked for as integer, but one of its values is 0.5',
         "where the types differ the program gets its own default"),
    ]  # fmt: skip
    assert (report.ok, manager.lint().ok) == (False, True)
    with pytest.raises(NotFound, match="not a folder"):
        manager.lint(code=["nowhere"])
