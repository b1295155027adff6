"""The flag file: what each of its words means, compiled and asked."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gmconfig.errors import BrokenConfiguration
from gmconfig.flag.catalogue import Catalogue, FlagFile
from gmconfig.flag.compiled import compiled
from gmconfig.flag.flagd.bucketing import Bucketing
from gmconfig.flag.imported import imported
from gmconfig.flag.lint.rule_lint import remarks
from gmconfig.flag.moment import seconds
from gmconfig.flag.shape import FIELDS, FLAG, SHAPE
from gmconfig.flag.source import FlagdFile
from gmconfig.storage.yaml import dump
from tests.flag.test_agreement import FLAGS

FULL = """\
bucketing: flagd-v3
segments:
  staff: {email: {ends_with: "@example.com"}}
  grown: {age: {at_least: 18, below: 99}, country: [de, at]}
  odd: {any: [staff, {not: {segment: grown}}, {all: [{plan: pro}, {app: {version: ">=2.1.0"}}]}]}
flags:
  new_algorithm:
    description: New trading algorithm
    owner: engineering_team
    type: boolean
    state: rollout
    expires: 2027-02-01
    users: [alice, bob]
    rules:
      - if: staff
        serve: true
      - if: {plan: {in: [free]}, seats: {above: 3, at_most: 9}, name: {starts_with: a, contains: b, not_equals: ab}}
        serve: false
      - if: {beta: {present: true}, old: {present: false}, kind: {not_in: [x]}}
        serve: true
    rollout: {percentage: 25.0, by: targetingKey, salt: new_algorithm}
    environments:
      production: {rollout: {percentage: 5}}
      testing: {state: disabled}
  colour:
    type: string
    variants: {red: "#f00", green: "#0f0", blue: "#00f"}
    state: experiment
    serve: blue
    default: red
    rollout: {variants: {green: 30, blue: 12.5}, by: company.id}
  stepped:
    state: rollout
    rollout: {percentage: 1}
    schedule:
      - {at: 2027-01-01T00:00:00Z, percentage: 20}
      - {at: 2027-01-02T00:00:00Z, percentage: 100}
  growing:
    state: rollout
    progressive: {from: 2027-01-01T00:00:00Z, to: 2027-01-11T00:00:00Z}
  child: {state: enabled, requires: [new_algorithm]}
  picky: {requires: {colour: blue}}
  odd_ones: {rules: [{if: odd, serve: true}], serve: false}
  raw:
    variants: {one: 1, two: 2}
    default: one
    targeting: {if: [{sem_ver: [{var: version}, ">", 1.0.0]}, two]}
"""


@pytest.mark.parametrize("environment", [None, "production", "staging", "testing"])
def test_what_is_compiled_satisfies_flagds_schema(flags, conformance_data, environment):
    from jsonschema import Draft7Validator
    from referencing import Registry, Resource

    folder = conformance_data / "flagd-schemas"
    schemas = [json.loads(file.read_text()) for file in sorted(folder.rglob("*.json"))]
    registry = Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in schemas)
    schema = {"$ref": "https://flagd.dev/schema/v0/flags.json"}

    found = flags.write(FULL).compiled(environment)

    assert list(Draft7Validator(schema, registry=registry).iter_errors(found.content)) == []
    assert flags.lint() == ()
    assert found.text() == flags.compiled(environment).text()


def test_our_file_satisfies_our_schema_and_reads_the_same_in_yaml_1_1(flags):
    from gmconfig.storage.yaml import load
    from gmconfig.validate.shipped import shipped

    schema = shipped("flags.schema.json")
    assert schema.broken == []
    assert schema.problems(load(FULL.encode())) == []
    assert schema.problems({"flags": {"a": {"rolout": {}}}})[0].at_key
    old = yaml.load(FULL, yaml.BaseLoader)
    assert old["flags"].keys() == load(FULL.encode())["flags"].keys()
    assert {"on", "off", True, False}.isdisjoint(FIELDS)


def test_the_schema_knows_the_same_keys():
    from gmconfig.validate.shipped import shipped

    contents = shipped("flags.schema.json").contents
    definitions = contents["definitions"]

    assert contents["properties"].keys() == SHAPE.fields.keys()
    assert definitions["override"]["properties"].keys() == FIELDS.keys()
    assert definitions["flag"]["properties"].keys() == FLAG.fields.keys()


def test_users_then_rules_then_the_rollout_then_the_default(flags):
    found = flags.write(FULL).set()

    def ask(user, **context):
        decision = found.evaluate("new_algorithm", user, context)
        return decision.value, decision.rule

    assert ask("alice", plan="free", seats=5, name="abc") == (True, "users")
    assert ask("eve", email="eve@example.com") == (True, "rules[0]")
    assert ask("eve", plan="free", seats=5, name="abc") == (False, "rules[1]")
    assert ask("eve", plan="free", name="abc")[1] == "rollout"  # without seats, none are above 3
    assert ask("eve", beta=1, kind="y") == (True, "rules[2]")
    assert ask(None) == ask("") == (False, "no targetingKey")
    share = sum(ask(str(number))[0] for number in range(10_000))
    assert 2_300 < share < 2_700


def test_environments_override_along_their_ancestors(flags):
    flags.write(FULL)
    users = [str(number) for number in range(4000)]
    inside = {}
    for name in (None, "production", "staging", "testing"):
        found = flags.set(name)
        inside[name] = {user for user in users if found.evaluate("new_algorithm", user).value}

    assert inside["testing"] == set()
    assert flags.set("testing").evaluate("new_algorithm", "alice").rule == "state"
    assert inside["production"] == inside["staging"] < inside[None]


def test_steps_and_growth_follow_the_clock(flags):
    flags.write(FULL)
    users = [str(number) for number in range(4000)]

    def share(flag: str, moment: str, offset: int = 0) -> float:
        found = flags.set(now=seconds(moment) + offset)
        return sum(found.evaluate(flag, user).value for user in users) / len(users)

    assert share("stepped", "2027-01-01T00:00:00Z", -1) < 0.02
    assert 0.17 < share("stepped", "2027-01-01T00:00:00Z") < 0.23
    assert share("stepped", "2027-01-02T00:00:00Z") == 1
    assert share("growing", "2027-01-01", -1) == share("growing", "2027-01-01") == 0
    assert 0.22 < share("growing", "2027-01-03T12:00:00Z") < 0.28
    assert share("growing", "2027-01-11") == share("growing", "2027-01-11", 1) == 1


def test_a_required_flag_decides_with_its_own_unit(flags):
    found = flags.write(FULL).set()
    companies = [{"company": {"id": number}} for number in range(2000)]

    for number, context in enumerate(companies):
        user = f"user-{number}"
        assert found.evaluate("child", user).value == found.evaluate("new_algorithm", user).value
        blue = found.evaluate("colour", user, context).variant == "blue"
        assert found.evaluate("picky", user, context).value == blue
    kinds = [found.evaluate("colour", None, context).variant for context in companies]
    assert 0.25 < kinds.count("green") / 2000 < 0.35
    assert 0.09 < kinds.count("blue") / 2000 < 0.16
    assert found.evaluate("colour", "ada").rule == "no company.id"
    assert found.evaluate("child", "nobody-7").rule in ("requires new_algorithm", "state")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "flags: {a: {rules: [{if: stuff, serve: true}]}}",
            '1:26 error definition: no segment named "stuff"',
        ),
        ("flags: {a: {state: rollout}}", "1:9 error definition: nothing says how many users get it"),
        (
            "flags: {a: {requires: b}, b: {requires: a}}",
            "1:23 error definition: a circle: a requires b requires a",
        ),
        (
            "segments: {s: {not: s}}\nflags: {a: {rules: [{if: s, serve: true}]}}",
            "1:21 error definition: a circle",
        ),
        (
            "flags: {a: {variants: {x: {y: [.inf]}}}}",
            "1:27 error definition: infinity and NaN",
        ),
        (
            "flags: {a: {rules: [{if: {b: {above: .nan}}, serve: true}]}}",
            "1:9 error definition: infinity and NaN",
        ),
        ("flags: {a: {type: string}}", "1:9 error definition: a flag of type string needs variants"),
        ("flags: {a: {variants: {x: 1, y: two}}}", "1:33 error definition: expected a value of type number"),
        ("flags: {a: {variants: {x: 1}, default: z}}", '1:40 error definition: no variant named "z"'),
        ("flags: {a: {rollout: {percentage: 101}}}", "1:35 error shape: expected a percentage from 0 to 100"),
        (
            "flags: {a: {rollout: {percentage: 0.0001}}}",
            "1:35 error shape: 0.0001 has more than three decimals",
        ),
        ("flags: {a: {environments: {prod: {}}}}", '1:28 error shape: no environment named "prod"'),
        ("flags: {a: {stat: enabled}}", '1:13 error shape: unknown key "stat"'),
        ("flags: {a: {users: [1]}}", "1:21 error shape: expected a user's key in quotes"),
        (
            "flags: {a: {schedule: [{at: 2027-01-01T08:00, percentage: 5}]}}",
            "1:29 error shape: expected a time",
        ),
        ("flags: {a: {expires: 2026-11-21}}", "1:22 warning expired: expired on 2026-11-21"),
        ("flags: {a: {targeting: {if: [true, enabled]}}}", "1:24 error shape: nothing"),
        (
            "flags: {a: {targeting: {iff: [true, enabled]}}}",
            '1:30 error unknown-operator: no operator named "iff"',
        ),
        ("flags: {a: {targeting: {fractional: [[enabled, 12.5], [disabled, 87.5]]}}}", "1:48 error weight:"),
        (
            "flags: {a: {targeting: {fractional: [[enabeld, 1], [disabled, 1]]}}}",
            "1:39 error unknown-variant:",
        ),
        (
            "flags: {a: {default: true, targeting: {if: [{var: x}, enabled]}}}",
            "1:39 warning constant: every branch",
        ),
        ("flags: {a: {targeting: {$ref: gone}}}", '1:31 error unknown-evaluator: no evaluator named "gone"'),
        (
            "flags: {a: {rules: [{if: {x: {like: y}}, serve: true}]}}",
            '1:37 error definition: no test named "like"',
        ),
        (
            "flags: {a: {requires: b}, b: {targeting: {fractional: [[enabled, 1], [disabled, 1]]}}}",
            '1:23 error definition: "b" buckets by its own name',
        ),
    ],
)
def test_mistakes_are_told_with_their_place(flags, text, said):
    found = flags.write(text + "\n").said()

    if said.endswith("nothing"):
        assert found == []
    else:
        assert any(line.startswith(f"flags/flags.yaml:{said}") for line in found), found


def test_what_an_environment_overrides_is_told_there_and_of_who_requires_it(flags):
    flags.write("""\
flags:
  farther: {requires: [needs]}
  needs: {requires: base}
  base: {environments: {production: {serve: gone}, testing: {owner: shop}}}
  wrong: {serve: gone}
  turned: {requires: wrong, environments: {testing: {requires: other}}}
  other: {environments: {}}
""")
    found = {(one.path, one.environments) for one in flags.lint()}

    production, everywhere = ("production", "staging"), ("production", "staging", "testing")
    assert {path.split(".")[1]: where for path, where in found} == {
        "farther": production,
        "needs": production,
        "base": production,
        "wrong": everywhere,
        "turned": production,
    }


def test_two_files_share_one_set(flags):
    flags.write("segments: {s: {a: 1}}\nflags: {a: {}}\n", "flags/one.yaml")
    flags.write("flags:\n  a: {}\n  b: {rules: [{if: s, serve: true}], serve: false}\n", "flags/two.yaml")

    assert flags.said() == ['flags/two.yaml:2:3 error duplicate: "a" stands in flags/one.yaml already']
    with pytest.raises(BrokenConfiguration):
        flags.compiled()


def test_flags_that_require_without_end_are_refused_at_once(flags):
    many = [
        f"  f{n}: {{requires: [f{n + 1}, g{n + 1}]}}\n  g{n}: {{requires: [f{n + 1}, g{n + 1}]}}\n"
        for n in range(30)
    ]
    end = "  f30: {state: rollout, rollout: {percentage: 5}}\n  g30: {state: rollout, rollout: {percentage: 5}}\n"

    found = flags.write("flags:\n" + "".join(many) + end).said()

    assert any("its targeting is too large" in line for line in found)


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(["a", "b c", "on"]), FLAGS, min_size=1),
    st.fixed_dictionaries({}, optional={"metadata": st.just({"version": "1"}), "$schema": st.just("x")}),
    st.dictionaries(st.sampled_from(["description", "owner", "n"]), st.sampled_from(["x", 1, True])),
    st.sampled_from([None, *Bucketing]),
)
def test_importing_and_compiling_is_the_identity(content, more, metadata, bucketing):
    from gmconfig.storage.yaml import dump, load

    definitions = {
        name: {**flag, **({"metadata": metadata} if metadata else {})} for name, flag in content.items()
    }
    flagd = json.loads(json.dumps({"flags": definitions, "$evaluators": {"shared": {"var": "a"}}, **more}))
    raw = dump(imported(flagd, bucketing))

    again = compiled(Catalogue([FlagFile("flags/x.yaml", raw, load(raw))], []))

    assert json.dumps(again.content, sort_keys=True) == json.dumps(flagd, sort_keys=True)


def test_the_testbed_survives_an_import(conformance_data):
    from gmconfig.storage.yaml import dump, load

    flagd = json.loads((conformance_data / "flagd-testbed/evaluator/flags/testkit-flags.json").read_text())
    raw = dump(imported(flagd, Bucketing.V2))

    again = compiled(Catalogue([FlagFile("flags/x.yaml", raw, load(raw))], []))

    assert again.content == flagd
    assert again.bucketing is Bucketing.V2
    assert b"flagd:" in raw and b"targeting:" in raw


def test_a_flag_that_only_some_environments_give_everybody_is_no_mistake(flags):
    rule = "rules: [{if: {plan: pro}, serve: true}]"
    flags.write(f"flags: {{a: {{state: disabled, {rule}, environments: {{testing: {{state: enabled}}}}}}}}\n")
    assert flags.said() == []
    flags.write(f"flags: {{a: {{{rule}}}}}\n")
    assert ["never served" in said for said in flags.said()] == [True]


SPLIT = "flags: {a: {rollout: {percentage: 50}, state: rollout}}\n"


def test_a_compiled_file_says_which_bucketing_it_was_made_for(flags, tmp_path):
    newer = flags.write(SPLIT).compiled()
    older = flags.write(f"bucketing: flagd-v2\n{SPLIT}").compiled()

    assert "metadata" not in newer.content
    assert older.content["metadata"] == {"bucketing": "flagd-v2"}
    file = tmp_path / "flags.json"
    file.write_text(older.text())
    served = FlagdFile(str(file)).load().compiled.flag_set()
    users = [f"u{number}" for number in range(200)]
    assert [served.evaluate("a", user).value for user in users] == [
        older.flag_set().evaluate("a", user).value for user in users
    ]
    assert imported(older.content)["bucketing"] == "flagd-v2"
    assert flags.write(dump(imported(older.content)).decode()).compiled().content == older.content


def test_a_compiled_file_is_not_taken_for_another_bucketing(flags, tmp_path):
    older = flags.write(f"bucketing: flagd-v2\n{SPLIT}").compiled()
    (tmp_path / "flags.json").write_text(older.text())
    for wrong in (
        lambda: FlagdFile(str(tmp_path / "flags.json"), "flagd-v3").load(),
        lambda: imported(older.content, "flagd-v3"),
    ):
        with pytest.raises(BrokenConfiguration, match='compiled for "flagd-v2", not for "flagd-v3"'):
            wrong()


def test_a_bucketing_that_was_changed_is_told_in_place_of_the_imported_one(flags):
    text = f"bucketing: flagd-v3\nmetadata: {{bucketing: flagd-v2}}\n{SPLIT}"
    assert flags.write(text).compiled().content["metadata"] == {"bucketing": "flagd-v3"}
    mine = f"bucketing: flagd-v2\nmetadata: {{bucketing: of my own}}\n{SPLIT}"
    assert flags.write(mine).compiled().content["metadata"] == {"bucketing": "of my own"}


ON_OR_ON = {"if": [{"var": "a"}, "on", "on"]}


@pytest.mark.parametrize(
    ("rule", "variants", "told"),
    [
        (ON_OR_ON, ("on",), []),
        (ON_OR_ON, ("on", "off"), ["constant"]),
        ({"fractional": [["on", True], ["off", 1]]}, ("on", "off"), ["weight"]),
        ({"fractional": [["on", 0], ["off", 0]]}, ("on", "off"), ["weight"]),
        ({"fractional": [["on", 1], ["off", {"var": "share"}]]}, ("on", "off"), []),
    ],
)
def test_what_is_told_of_raw_targeting(rule, variants, told):
    definition = {"variants": dict.fromkeys(variants, 1), "defaultVariant": variants[0]}
    assert [one.rule for one in remarks(rule, definition, ())] == told
