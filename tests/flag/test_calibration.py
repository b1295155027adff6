"""Experiments in which nothing differs: verdicts come as rarely as promised, also for who looks every day.

Bounds are those of a binomial count of rejections at one in a million.
"""

import numpy as np
import pytest
from scipy import stats

from gmconfig.flag.experiment import mean, proportion
from gmconfig.flag.experiment.assessment import Observed, Verdict, assess
from gmconfig.flag.experiment.definition import Experiment
from gmconfig.flag.experiment.inference import AlwaysValid, Fixed
from gmconfig.flag.experiment.mean import Mean
from gmconfig.flag.experiment.proportion import Proportion
from gmconfig.flag.experiment.several import MISMATCH, split_p_value

MANY = 10_000
ALPHA = 0.05


def bounds(tries: int, rate: float) -> tuple[int, int]:
    """How few and how many of so many tries may reject."""
    low, high = stats.binom.interval(1 - 1e-6, tries, rate)
    return int(low), int(high)


def looks(tries: int, days: int, a_day: int, rate: float, seed: int = 1) -> list:
    """Conversions of two equal arms, added up day by day: tries × days × 2."""
    random = np.random.default_rng(seed)
    return random.binomial(a_day, rate, (tries, days, 2)).cumsum(axis=1).tolist()


def rejects(row, a_day: int, inference) -> bool:
    """Whether somebody who looks every day sees a verdict on any of them."""
    for day, (before, after) in enumerate(row, 1):
        units = day * a_day
        found = proportion.compare(Proportion(int(before), units), Proportion(int(after), units), inference)
        if found.p_value <= ALPHA:
            return True
    return False


def test_one_look_at_shares_errs_as_often_as_promised():
    rows = looks(MANY, 1, 2000, 0.1)
    low, high = bounds(MANY, ALPHA)
    assert low <= sum(rejects(row, 2000, Fixed()) for row in rows) <= high


def test_one_look_at_means_errs_as_often_as_promised():
    """Amounts as skewed as money, in arms of unequal size."""
    random = np.random.default_rng(2)
    arms = []
    for units in (400, 300):
        drawn = random.exponential(20, (MANY, units))
        moments = zip(drawn.mean(1).tolist(), drawn.var(1, ddof=1).tolist(), strict=True)
        arms.append([Mean(units, *pair) for pair in moments])
    low, high = bounds(MANY, ALPHA)
    rejected = sum(mean.compare(*pair, Fixed()).p_value <= ALPHA for pair in zip(*arms, strict=True))
    assert low <= rejected <= high


@pytest.mark.parametrize(("tries", "a_day"), [(MANY, 500), (2000, 50)])
def test_looking_every_day_errs_no_more_often(tries, a_day):
    rows = looks(tries, 21, a_day, 0.1, seed=a_day)
    _, high = bounds(tries, ALPHA)
    assert sum(rejects(row, a_day, AlwaysValid()) for row in rows) <= high


def test_looking_every_day_at_a_test_for_one_look_would():
    rows = looks(500, 21, 500, 0.1)
    assert sum(rejects(row, 500, Fixed()) for row in rows) > 4 * ALPHA * 500


def test_looking_every_day_at_means_errs_no_more_often():
    tries, days, a_day = 2000, 14, 200
    random = np.random.default_rng(3)
    drawn = random.exponential(20, (tries, 2, days, a_day))
    units = (np.arange(days) + 1) * a_day
    means = drawn.sum(3).cumsum(2) / units
    variances = ((drawn**2).sum(3).cumsum(2) - units * means**2) / (units - 1)
    seen = 0
    for mean_of, variance_of in zip(means.tolist(), variances.tolist(), strict=True):
        arms = [map(Mean, units.tolist(), *each) for each in zip(mean_of, variance_of, strict=True)]
        pairs = zip(*arms, strict=True)
        seen += any(mean.compare(*pair, AlwaysValid()).p_value <= ALPHA for pair in pairs)
    assert seen <= bounds(tries, ALPHA)[1]


def test_the_true_lift_is_in_all_intervals_of_an_experiment():
    tries, days, a_day = 2000, 21, 300
    random = np.random.default_rng(4)
    before = random.binomial(a_day, 0.10, (tries, days)).cumsum(1)
    after = random.binomial(a_day, 0.13, (tries, days)).cumsum(1)
    units = np.arange(1, days + 1) * a_day
    missed = 0
    for row in range(tries):
        found = (
            proportion.compare(
                Proportion(int(before[row, day]), int(units[day])),
                Proportion(int(after[row, day]), int(units[day])),
                AlwaysValid(),
            ).interval
            for day in range(days)
        )
        missed += any(not low <= 0.03 <= high for low, high in found)
    assert missed <= bounds(tries, ALPHA)[1]


METRICS = {"order": "proportion", "visit": "proportion"}
ARMS = {"control": 1 / 3, "short": 1 / 3, "long": 1 / 3}


def experiment(arms=ARMS, metrics=METRICS) -> Experiment:
    return Experiment(
        "x",
        "x",
        arms,
        next(iter(arms)),
        metrics,
        "2026-01-01T00:00:00Z",
        None,
        10_000,
        None,
        "targetingKey",
        "",
    )


def test_several_metrics_and_variants_together_err_no_more_often():
    tries, units = 2000, 1500
    random = np.random.default_rng(5)
    drawn = random.binomial(units, 0.2, (tries, len(METRICS), len(ARMS)))
    wrong = 0
    for row in drawn:
        samples = {
            (metric, variant): Proportion(int(count), units)
            for metric, counts in zip(METRICS, row, strict=True)
            for variant, count in zip(ARMS, counts, strict=True)
        }
        found = assess(experiment(), Observed(dict.fromkeys(ARMS, units), 0, samples), Fixed())
        wrong += any(result.verdict is not Verdict.UNDECIDED for result in found.results)
    assert wrong <= bounds(tries, ALPHA)[1]


def test_a_sound_split_is_doubted_as_rarely_as_promised():
    random = np.random.default_rng(6)
    counts = random.multinomial(20_000, [0.5, 0.25, 0.25], MANY)
    doubted = sum(split_p_value(list(map(int, row)), [50, 25, 25]) < MISMATCH for row in counts)
    low, high = bounds(MANY, MISMATCH)
    assert low <= doubted <= high


def test_a_broken_split_is_caught_and_there_is_no_verdict():
    """One user in twelve of one arm is lost, and those who are left convert twice as often."""
    random = np.random.default_rng(7)
    arms = {"control": 0.5, "treatment": 0.5}
    for lost in random.binomial(10_000, 1 / 12, 200):
        users = {"control": 10_000, "treatment": 10_000 - int(lost)}
        samples = {
            ("order", "control"): Proportion(1000, users["control"]),
            ("order", "treatment"): Proportion(2000, users["treatment"]),
        }
        found = assess(experiment(arms, {"order": "proportion"}), Observed(users, 0, samples), AlwaysValid())
        assert not found.is_as_planned
        assert [result.verdict for result in found.results] == [Verdict.WITHHELD]
