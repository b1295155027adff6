"""The distributions that tests are read from: normal, Student's t, chi-square.

Source:
    Abramowitz and Stegun 26.4.4-5 (chi-square by finite sums), 26.5 and 26.7 (Student's t as an incomplete beta
    function); the continued fraction of the incomplete beta function is DLMF 8.17.22, evaluated after Lentz.
"""

from __future__ import annotations

from math import erfc, exp, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

_NORMAL = NormalDist()
_SMALL = 1e-300
_STEPS = 100_000


def normal_two_sided(z: float) -> float:
    """Give how likely a standard normal value lies at least as far out as `z`.

    >>> round(normal_two_sided(1.959963984540054), 12)
    0.05
    """
    return erfc(abs(z) / sqrt(2))


def normal_above(z: float) -> float:
    """Give how likely a standard normal value lies above `z`."""
    return erfc(z / sqrt(2)) / 2


def normal_density(z: float) -> float:
    """Give the standard normal density."""
    return exp(-z * z / 2) / sqrt(2 * pi)


def normal_quantile(p: float) -> float:
    """Give the value that a standard normal one stays below with probability `p`."""
    return _NORMAL.inv_cdf(p)


def student_two_sided(t: float, freedom: float) -> float:
    """Give how likely a value of Student's t lies at least as far out as `t`.

    >>> round(student_two_sided(12.706204736174694, 1), 12)
    0.05
    """
    square = t * t / freedom
    inside = square / (1 + square)
    if inside <= 0:
        return 1.0
    half = freedom / 2
    factor = exp(log(inside) / 2 - half * log1p(square)) * _gamma_ratio(half) / sqrt(pi)
    if inside > 1.5 / (half + 2.5):
        return min(1.0, factor * _fraction(half, 0.5, 1 / (1 + square)) / half)
    return max(0.0, 1 - factor * _fraction(0.5, half, inside) * 2)


def student_quantile(alpha: float, freedom: float) -> float:
    """Give the value that Student's t goes beyond, to either side, with probability `alpha`."""
    z = -normal_quantile(alpha / 2)
    t = z + (z**3 + z) / (4 * freedom)  # close already; Newton's steps on a convex curve do not overshoot
    for _ in range(200):
        step = (student_two_sided(t, freedom) - alpha) / (2 * _student_density(t, freedom))
        t += step
        if abs(step) <= 1e-10 * t:  # the error left is about its square
            break
    return t


def chi_square_above(value: float, freedom: int) -> float:
    """Give how likely a chi-square value of so many degrees of freedom lies above.

    >>> round(chi_square_above(3.841458820694124, 1), 12)
    0.05
    """
    half = value / 2
    if half <= 0:
        return 1.0
    if freedom % 2:
        terms = [exp((k - 0.5) * log(half) - half - lgamma(k + 0.5)) for k in range(1, (freedom + 1) // 2)]
        return min(1.0, erfc(sqrt(half)) + sum(terms))
    return min(1.0, sum(exp(k * log(half) - half - lgamma(k + 1)) for k in range(freedom // 2)))


def _student_density(t: float, freedom: float) -> float:
    scale = _gamma_ratio(freedom / 2) / sqrt(freedom * pi)
    return scale * exp(-(freedom + 1) / 2 * log1p(t * t / freedom))


def _gamma_ratio(a: float) -> float:
    """Give Γ(a + 1/2) / Γ(a); for large `a` by its series, where a difference of logarithms loses digits."""
    if a < 100:
        return exp(lgamma(a + 0.5) - lgamma(a))
    x = 1 / a
    series = 1 - x / 8 + x**2 / 128 + 5 * x**3 / 1024 - 21 * x**4 / 32768 - 399 * x**5 / 262144
    return sqrt(a) * series


def _fraction(a: float, b: float, x: float) -> float:
    """Give the continued fraction of the incomplete beta function."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, _STEPS):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away(1 + numerator * d)
            c = _away(1 + numerator / c)
            found *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return found


def _away(value: float) -> float:
    """Keep a divisor away from zero."""
    return value if abs(value) > _SMALL else _SMALL
