from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from serving.jobs.queue.command import PROGRESS

CODE = """
from serving.terminal.job_progress import told_progress
import time
with told_progress({steps}) as report:
    try:
        for step, done in (("a", 0), ("a", 1), ("b", 2), ("b", 3)):
            report(step, done, 3)
        time.sleep(60)
    except KeyboardInterrupt:
        open({told!r}, "w").write("told to end")
"""


def test_a_job_tells_each_step_and_its_end_and_ends_with_its_runner(tmp_path: Path) -> None:
    read, write = os.pipe()
    code = CODE.format(steps=write, told=str(tmp_path / "told"))
    child = subprocess.Popen([sys.executable, "-c", code], pass_fds=(write,), env={**os.environ, PROGRESS: str(write)})
    os.close(write)
    told = b""
    while b'"b",3,3' not in told:
        told += os.read(read, 1000)
    assert told.splitlines() == [b'["a",0,3]', b'["b",2,3]', b'["b",3,3]']
    os.close(read)
    child.wait(timeout=20)
    assert (tmp_path / "told").read_text() == "told to end"
