"""How often an interval holds the true number, of all answers that so many customers can give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from scipy.stats import multinomial

from insights.intervals import nps

# Shares of promoters and detractors: middling, loved, disliked, torn, indifferent, nearly all promoters.
SHARES: Final = ((0.4, 0.2), (0.7, 0.1), (0.15, 0.5), (0.5, 0.45), (0.05, 0.05), (0.95, 0.01))


def nps_coverage(n: int) -> Mapping[tuple[float, float], float]:
    """For each distribution, the probability that the interval of the score of ``n`` answers holds the true one."""
    promoters, detractors = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    possible = promoters + detractors <= n
    p, d = promoters[possible], detractors[possible]
    found = nps(p / n, d / n, n)
    return {
        shares: float(
            multinomial.pmf(np.stack([p, d, n - p - d], axis=1), n, [*shares, 1 - sum(shares)])
            @ (
                (found.low <= 100 * (shares[0] - shares[1]) + 1e-9)
                & (found.high >= 100 * (shares[0] - shares[1]) - 1e-9)
            )
        )
        for shares in SHARES
    }
