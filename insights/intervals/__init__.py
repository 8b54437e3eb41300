"""How sure a number is: every number of the insights is an estimate with its interval.

``proportion``, ``nps``, ``total``, ``mean``, ``ratio``, ``quantile`` and ``survival`` give estimates of many cells at
once, ``difference`` compares any two, ``benjamini_hochberg`` says which of many differences stand.
"""

from insights.intervals.differences import difference, p_value
from insights.intervals.draws import bootstrap, drawn_sums
from insights.intervals.durations import survival, time_until
from insights.intervals.estimate import LEVEL, Estimate
from insights.intervals.many import Comparisons, benjamini_hochberg
from insights.intervals.net_promoter import nps
from insights.intervals.proportions import proportion
from insights.intervals.quantiles import quantile
from insights.intervals.ratios import mean, ratio
from insights.intervals.totals import total
from insights.intervals.weights import LEAST_EFFECTIVE, ResponseWeights, effective_size, response_weights

__all__ = [
    "LEAST_EFFECTIVE",
    "LEVEL",
    "Comparisons",
    "Estimate",
    "ResponseWeights",
    "benjamini_hochberg",
    "bootstrap",
    "difference",
    "drawn_sums",
    "effective_size",
    "mean",
    "nps",
    "p_value",
    "proportion",
    "quantile",
    "ratio",
    "response_weights",
    "survival",
    "time_until",
    "total",
]
