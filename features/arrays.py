"""The types of the arrays that the packages hand to each other.

>>> import numpy as np
>>> def mean(amounts: Ints, present: Mask) -> float:
...     return float(amounts[present].mean())
>>> mean(np.array([1250, 0, 750]), np.array([True, False, True]))
1000.0
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]  # times in microseconds, amounts in minor units, counts, positions
Floats = npt.NDArray[np.float64]  # finished features, scores, labels; NaN where undefined
Codes = npt.NDArray[np.int32]  # positions in a vocabulary, -1 where there is no text
Flags = npt.NDArray[np.int8]  # small enumerations, one a row
Mask = npt.NDArray[np.bool_]  # which rows are meant
Texts = npt.NDArray[np.str_]  # such as customers' ids
