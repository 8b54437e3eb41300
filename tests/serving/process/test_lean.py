"""What a process that answers does with its memory."""

from __future__ import annotations

import subprocess
import sys

ARRAYS = """
import os
import numpy as np
from benchmarks.processes import memory
from serving.process import lean

lean._give_back()
np.ones(2_000_000)  # 16 MB, which would move glibc's threshold up
before = memory(os.getpid())
large, small = zip(*((np.ones(100_000), np.ones(12_000)) for _ in range(200)))  # 160 MB, and 19 MB between
del large
print(memory(os.getpid()) - before)
"""


def test_large_arrays_that_are_free_are_the_machines_again() -> None:
    ran = subprocess.run([sys.executable, "-c", ARRAYS], check=True, capture_output=True, text=True)
    assert float(ran.stdout) < 60
