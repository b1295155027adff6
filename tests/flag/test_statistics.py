"""The statistics are those of scipy and statsmodels, to nine digits, and never nonsense where those give up."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
    proportions_ztest,
)

from gmconfig.flag.experiment import distribution, mean, proportion
from gmconfig.flag.experiment.inference import AlwaysValid, Fixed
from gmconfig.flag.experiment.mean import Mean
from gmconfig.flag.experiment.power import detectable, power
from gmconfig.flag.experiment.proportion import Proportion
from gmconfig.flag.experiment.several import holm, split_p_value

MANY = settings(max_examples=300)
CLOSE = {"rel": 1e-9, "abs": 1e-12}


def close(value: float) -> object:
    return pytest.approx(value, **CLOSE)


@st.composite
def proportions(draw, most: int = 50_000) -> Proportion:
    units = draw(st.integers(1, most))
    return Proportion(draw(st.one_of(st.integers(0, units), st.sampled_from([0, units]))), units)


values = st.lists(st.floats(-1000, 1000).map(lambda value: round(value, 3)), min_size=2, max_size=40)


def sample(numbers: list[float]) -> Mean:
    return Mean(len(numbers), float(np.mean(numbers)), float(np.var(numbers, ddof=1)))


@MANY
@given(st.floats(-30, 30), st.floats(1, 1e7))
def test_student(t, freedom):
    assume(
        t == 0 or abs(t) > 1e-4
    )  # scipy loses digits nearer to 0: for one degree of freedom the arctangent tells
    assert distribution.student_two_sided(t, freedom) == close(2 * stats.t.sf(abs(t), freedom))


@given(st.floats(0, 1e-3))
def test_student_near_zero(t):
    assert distribution.student_two_sided(t, 1.0) == close(1 - 2 / math.pi * math.atan(t))


@MANY
@given(st.floats(1e-8, 0.9), st.floats(1, 1e7))
def test_students_quantile(alpha, freedom):
    assert distribution.student_quantile(alpha, freedom) == close(stats.t.isf(alpha / 2, freedom))


@MANY
@given(st.floats(0, 300), st.integers(1, 20))
def test_chi_square(value, freedom):
    assert distribution.chi_square_above(value, freedom) == close(stats.chi2.sf(value, freedom))


@MANY
@given(proportions(), proportions())
@example(Proportion(0, 100), Proportion(0, 90))
@example(Proportion(100, 100), Proportion(90, 90))
@example(Proportion(0, 1), Proportion(1, 1))
def test_two_proportions(control, treatment):
    found = proportion.compare(control, treatment, Fixed(0.05))
    counts = [treatment.successes, control.successes]
    units = [treatment.units, control.units]
    if found.test == "exact":
        table = [[counts[0], units[0] - counts[0]], [counts[1], units[1] - counts[1]]]
        assert found.p_value == close(stats.fisher_exact(table).pvalue)
    else:
        assert found.p_value == close(proportions_ztest(counts, units)[1])
    for low, high in (found.interval, found.relative_interval or (0.0, 0.0)):
        assert math.isfinite(low) and low <= high
    assert 0 <= found.p_value <= 1


@MANY
@given(proportions(), proportions(), st.sampled_from([0.01, 0.05, 0.2]))
def test_newcombes_interval(control, treatment, alpha):
    critical = stats.norm.isf(alpha / 2)
    wilson = proportion_confint(treatment.successes, treatment.units, alpha, "wilson")
    low, high = proportion.wilson(treatment, critical)
    assert (low, high) == (close(max(0, wilson[0])), close(min(1, wilson[1])))
    assert proportion.newcombe(control, treatment, critical) == tuple(
        map(
            close,
            confint_proportions_2indep(
                treatment.successes,
                treatment.units,
                control.successes,
                control.units,
                method="newcomb",
                alpha=alpha,
            ),
        )
    )


@given(proportions(), proportions())
def test_katzs_interval_of_the_relative_lift(control, treatment):
    found = proportion.katz(control, treatment, stats.norm.isf(0.025))
    if not control.successes or not treatment.successes:
        assert found is None
        return
    low, high = confint_proportions_2indep(
        treatment.successes,
        treatment.units,
        control.successes,
        control.units,
        compare="ratio",
        method="log",
    )
    assert (found.low + 1, found.high + 1) == (close(low), close(high))


@MANY
@given(proportions(60), proportions(60))
def test_fishers_exact_test(control, treatment):
    table = [
        [treatment.successes, treatment.units - treatment.successes],
        [control.successes, control.units - control.successes],
    ]
    assert proportion.fisher(control, treatment) == close(stats.fisher_exact(table).pvalue)


@MANY
@given(values, values)
@example([1.0, 1.0], [1.0, 1.0])
@example([1.0, 1.0], [2.0, 2.0])
@example([0.0, 0.0, 0.0], [0.0, 5.0])
def test_welch(before, after):
    control, treatment = sample(before), sample(after)
    found = mean.compare(control, treatment, Fixed(0.05))
    if not control.variance + treatment.variance:
        assert (found.p_value, found.interval, found.relative_interval) == (1.0, None, None)
        return
    with warnings.catch_warnings():  # scipy warns of what we are to bear: values that nearly agree
        warnings.simplefilter("ignore")
        expected = stats.ttest_ind(after, before, equal_var=False)
        interval = expected.confidence_interval(0.95)
    assume(math.isfinite(expected.pvalue))
    assert found.p_value == close(expected.pvalue)
    spread = interval.high - interval.low
    assert found.interval == (
        pytest.approx(interval.low, rel=1e-9, abs=1e-9 * spread),
        pytest.approx(interval.high, rel=1e-9, abs=1e-9 * spread),
    )


@given(values, values)
@example(before=[0.0, 195.875, 195.875], after=[0.0, 1.0])
def test_fiellers_interval_holds_what_the_test_cannot_tell_from_the_ratio(before, after):
    """By its definition: at each end the lift, less the ratio's part of the control, is just significant."""
    control, treatment = sample(before), sample(after)
    assume(control.variance > 1e-3 and treatment.variance > 1e-3)
    found = mean.fieller(control, treatment, 2.0)
    if found is None:
        assert abs(control.mean) <= 2.0 * math.sqrt(control.squared_error) * (1 + 1e-9)
        return
    for end in found:
        ratio = end + 1
        away = treatment.mean - ratio * control.mean
        error = math.sqrt(treatment.squared_error + ratio**2 * control.squared_error)
        assert abs(away) == pytest.approx(2.0 * error, rel=1e-6)


@settings(max_examples=8)  # the reference takes 50 ms for each
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm(p_values):
    assert holm(p_values) == [close(value) for value in multipletests(p_values, method="holm")[1]]


@MANY
@given(st.lists(st.tuples(st.integers(0, 100_000), st.integers(1, 100)), min_size=2, max_size=6))
def test_sample_ratio(arms):
    counts, shares = [count for count, _ in arms], [share for _, share in arms]
    if not sum(counts):
        assert split_p_value(counts, shares) == 1.0
        return
    expected = [sum(counts) * share / sum(shares) for share in shares]
    assert split_p_value(counts, shares) == close(stats.chisquare(counts, expected).pvalue)


@MANY
@given(st.floats(0.001, 1), st.integers(2, 100_000), st.floats(0.2, 5), st.sampled_from([0.01, 0.05]))
def test_power(effect, units, ratio, alpha):
    error = math.sqrt(1 / units + 1 / (units * ratio))
    critical = stats.norm.isf(alpha / 2)
    expected = NormalIndPower().power(effect, units, alpha, ratio)
    assert power(effect, error, critical) == close(expected)
    assert power(detectable(error, critical), error, critical) == close(0.8)


@given(st.floats(0, 8), st.floats(0.3, 1e6), st.integers(100, 10**6))
def test_the_always_valid_interval_is_where_its_p_value_is_alpha(z, pairs, planned):
    test = AlwaysValid(0.05, planned)
    critical = test.critical(float, pairs)
    assert test.p_value(float, critical, pairs) == close(0.05)
    assert (test.p_value(float, z, pairs) < 0.05) == (z > critical)
    assert critical > 1.959963984540054  # what may be looked at any time is never narrower


def test_the_always_valid_p_value_is_the_mixture_that_was_published():
    """1 / E with E = exp(tau² z² / (2 (1 + tau²))) / sqrt(1 + tau²), and integrated over the mixture itself."""
    test = AlwaysValid(0.05, 4000)
    pairs, z = 700.0, 3.1
    wanted = -2 * math.log(0.05)
    tau = math.sqrt(pairs * (wanted + math.log(wanted + 1)) / 1000)
    effects = np.linspace(-12 * tau, 12 * tau, 400_001)
    ratio = np.exp(effects * z - effects**2 / 2) * stats.norm.pdf(effects, scale=tau)
    assert test.p_value(float, z, pairs) == pytest.approx(1 / np.trapezoid(ratio, effects), rel=1e-9)


@given(
    st.integers(0, 3), st.integers(1, 3), st.integers(0, 3), st.integers(1, 3), st.sampled_from([True, False])
)
def test_tiny_samples_are_answered_in_numbers(a, n, b, m, fixed):
    inference = Fixed() if fixed else AlwaysValid()
    found = proportion.compare(Proportion(min(a, n), n), Proportion(min(b, m), m), inference)
    amounts = mean.compare(Mean(n, float(a), 0.0), Mean(m, float(b), 0.0), inference)
    for one in (found, amounts):
        numbers = [one.p_value, one.lift, *(one.interval or ()), *(one.relative_interval or ())]
        assert all(map(math.isfinite, numbers)) and 0 <= one.p_value <= 1
