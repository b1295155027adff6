"""Flags and users that nobody thought of, by the hundred thousand: cheaper than a property test's."""

import random
from typing import Any

VARIANTS = {"red": "r", "green": "g", "blue": "b", "true": "yes", "false": "no"}
TEXTS = ["red", "green", "blue", "", "1", "01", "abc", "1.2.3", "v1.2", "1.2.3-rc.1", "nope", "é", "a.b"]
NAMES = [
    "a",
    "b.c",
    "b",
    "list",
    "list.1",
    "version",
    "targetingKey",
    "absent",
    "$flagd.flagKey",
    "$flagd.timestamp",
]
NUMBERS: list[Any] = [-2.5, 0, 0.5, 1, 2, 18, 99, 1.0, 1e20, -3]
_TWO = ["==", "!=", "===", "!==", "<", ">", "<=", ">=", "in", "-", "/", "%", "starts_with", "ends_with"]
_MANY = ["+", "*", "cat", "min", "max", "merge", "and", "or", "if", "missing", "!", "!!", "substr"]
_LOOPS = ["map", "filter", "all", "some", "none"]
_SIGNS = ["=", "!=", "<", "<=", ">", ">=", "^", "~", "!!"]


class Dice:
    """Makes flags, rules and contexts; the same seed, the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def flagd(self) -> dict[str, Any]:
        """A flagd definition."""
        flag: dict[str, Any] = {"state": "ENABLED", "variants": VARIANTS, "targeting": self.targeting()}
        if self._chance(0.05):
            flag["state"] = "DISABLED"
        if self._chance(0.8):
            flag["defaultVariant"] = self._one(["red", "blue", None, "nope", ""])
        return flag

    def targeting(self) -> Any:
        """A rule that mostly comes to a variant."""
        if self._chance(0.4):
            return self.split()
        if self._chance(0.7):
            return {
                "if": [
                    self.rule(3),
                    self._one(list(VARIANTS)),
                    self._one([self.split(), self.rule(2), "red"]),
                ]
            }
        return self.rule(4) if self._chance(0.3) else {"cat": [self.rule(2)]}

    def split(self) -> Any:
        """A weighted split, sound or not."""
        parts: list[Any] = [
            [self._one(list(VARIANTS)), self._one([self.random.randint(0, 100), self._weight()])]
            for _ in range(self.random.randint(1, 4))
        ]
        if self._chance(0.2):
            parts.append([self._one(list(VARIANTS))])
        if self._chance(0.6):
            unit = self._one(
                [{"cat": [self._one(TEXTS), {"var": "targetingKey"}]}, {"var": "a"}, self.rule(1)]
            )
            parts.insert(0, unit)
        return {"fractional": parts}

    def rule(self, depth: int) -> Any:
        """Any rule, at most so deep."""
        if depth == 0 or self._chance(0.25):
            return self._one(
                [self._scalar(), {"var": self._one(NAMES)}, {"var": [self._one(NAMES), self._scalar()]}]
            )
        kind = self.random.randrange(8)
        if kind < 3:
            return {self._one(_TWO): [self.rule(depth - 1), self.rule(depth - 1)]}
        if kind == 3:
            return {self._one(_MANY): [self.rule(depth - 1) for _ in range(self.random.randint(0, 3))]}
        if kind == 4:
            return {"in": [self.rule(0), [self._scalar() for _ in range(3)]]}
        if kind == 5:
            return {self._one(_LOOPS): [{"var": "list"}, self.rule(depth - 1)]}
        if kind == 6:
            return {"sem_ver": [{"var": "version"}, self._one(_SIGNS), self._one(TEXTS)]}
        return self.split()

    def friendly(self, others: list[str]) -> dict[str, Any]:
        """A flag as people write one."""
        flag: dict[str, Any] = {"state": self._one(["rollout", "rollout", "enabled", "disabled"])}
        flag["rollout"] = {"percentage": self.random.randint(0, 100_000) / 1000}
        if self._chance(0.3):
            flag["rollout"]["by"] = self._one(["targetingKey", "a", "b.c"])
        if self._chance(0.4):
            flag["users"] = [f"user-{self.random.randint(0, 999)}" for _ in range(30)]
        if self._chance(0.5):
            flag["rules"] = [{"if": self._condition(), "serve": self._chance(0.5)} for _ in range(2)]
        if self._chance(0.2):
            flag["schedule"] = [{"at": "2026-06-01T00:00:00Z", "percentage": self.random.randint(0, 100)}]
        elif self._chance(0.2):
            flag["progressive"] = {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}
        if others and self._chance(0.2):
            flag["requires"] = [self._one(others)]
        return flag

    def user(self, number: int) -> str | None:
        """A user's key."""
        return self._one([f"user-{number % 1000}"] * 6 + [None, "", "ü" * (number % 300), str(number)])

    def context(self) -> dict[str, Any]:
        """What is known about a user."""
        made = {
            "a": self._scalar,
            "b": lambda: {"c": self._scalar()} if self._chance(0.8) else self._scalar(),
            "list": lambda: [self._scalar() for _ in range(self.random.randint(0, 3))],
            "version": lambda: self._one(TEXTS),
        }
        return {name: make() for name, make in made.items() if self._chance(0.7)}

    def _condition(self) -> dict[str, Any]:
        return self._one(
            [
                {"a": {self._one(["above", "at_most"]): self._one([1, 18, 2.5])}},
                {"b.c": {self._one(["starts_with", "contains", "equals"]): self._one(TEXTS)}},
                {"a": self._one(TEXTS)},
                {"version": {"version": self._one(["^1.0.0", ">=1.2.3", "!=1.2.3"])}},
                {"any": [{"a": {"present": True}}, {"not": {"list": {"in": ["x"]}}}]},
            ]
        )

    def _scalar(self) -> Any:
        kind = self.random.randrange(10)
        return (
            None
            if kind == 0
            else self._chance(0.5)
            if kind == 1
            else self._one(NUMBERS if kind < 5 else TEXTS)
        )

    def _weight(self) -> Any:
        return self._one(
            [-5, 12.5, True, None, 2**31 - 1, {"-": [{"var": "$flagd.timestamp"}, 1_790_000_000]}]
        )

    def _one(self, items: list[Any]) -> Any:
        return items[int(self.random.random() * len(items))]

    def _chance(self, share: float) -> bool:
        return self.random.random() < share
