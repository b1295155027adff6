"""What holds for every flag: more percent takes nobody out, and what is said about one moves nobody of another."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gmconfig.flag.catalogue import Catalogue, FlagFile
from gmconfig.flag.compiled import compiled
from gmconfig.flag.flagd.bucketing import Bucketing
from gmconfig.flag.flagd.flag_set import FlagSet

USERS = [f"user-{number}" for number in range(120)]
SHARES = st.integers(0, 100_000).map(lambda thousandths: thousandths / 1000)
RULES = st.lists(
    st.fixed_dictionaries(
        {"if": st.sampled_from([{"plan": "pro"}, {"plan": {"not_in": ["free"]}}]), "serve": st.booleans()}
    ),
    max_size=2,
)
FLAG = st.fixed_dictionaries(
    {"state": st.sampled_from(["rollout", "enabled", "disabled"])},
    optional={
        "users": st.lists(st.sampled_from(USERS), max_size=5),
        "rules": RULES,
        "rollout": st.fixed_dictionaries(
            {"percentage": SHARES}, optional={"salt": st.sampled_from(["a", "b"])}
        ),
    },
).map(lambda flag: {"rollout": {"percentage": 50}, **flag})


def ask(flags: dict, bucketing: Bucketing, name: str) -> dict[str, object]:
    """What each user gets."""
    catalogue = Catalogue([FlagFile("flags/x.yaml", b"", {"flags": flags, "bucketing": str(bucketing)})], [])
    found: FlagSet = compiled(catalogue).flag_set()
    return {user: found.evaluate(name, user, {"plan": user[-1:]}).variant for user in USERS}


@settings(max_examples=80)
@given(st.sampled_from(list(Bucketing)), FLAG, SHARES, SHARES)
def test_more_percent_takes_nobody_out(bucketing, flag, one, other):
    low, high = sorted((one, other))
    salt = {key: value for key, value in flag["rollout"].items() if key == "salt"}

    before, after = (
        ask({"f": {**flag, "rollout": {"percentage": share, **salt}}}, bucketing, "f")
        for share in (low, high)
    )

    assert all(after[user] == "enabled" for user in USERS if before[user] == "enabled")


@settings(max_examples=80)
@given(st.sampled_from(list(Bucketing)), st.lists(SHARES, min_size=2, max_size=2))
def test_the_first_variant_grows_out_of_the_others(bucketing, shares):
    variants = {
        "variants": {"red": 1, "green": 2, "blue": 3},
        "state": "rollout",
        "serve": "red",
        "default": "blue",
    }
    low, high = sorted(share / 2 for share in shares)

    before, after = (
        ask({"f": {**variants, "rollout": {"variants": {"red": share, "green": 30}}}}, bucketing, "f")
        for share in (low, high)
    )

    assert all(after[user] == "red" for user in USERS if before[user] == "red")


@settings(max_examples=80)
@given(
    st.sampled_from(list(Bucketing)),
    st.dictionaries(st.sampled_from("abc"), FLAG, min_size=1),
    FLAG,
    st.data(),
)
def test_what_is_said_about_one_flag_moves_nobody_of_another(bucketing, flags, other, data):
    edited = data.draw(st.sampled_from(sorted(flags)))
    gone = {name: flag for name, flag in flags.items() if name != edited}

    for name in gone:
        before = ask(flags, bucketing, name)
        for after in ({**flags, edited: other}, gone, {**flags, "new": other}):
            assert ask(after, bucketing, name) == before
