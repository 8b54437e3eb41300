"""A PostgreSQL of one's own on a socket in a temporary folder, which can be stopped, frozen and made read-only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa

HOW: Final = "PostgreSQL is not installed; `apt-get install postgresql` brings it"


@dataclass(frozen=True)
class Cluster:
    """A cluster in a folder; ``run`` is the command that starts and stops it."""

    folder: str
    run: Sequence[str]

    @property
    def url(self) -> str:
        """The URL of its first database."""
        return f"postgresql+psycopg://stamkund@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
        subprocess.run([*self.run, "--log", f"{self.folder}/log", "--options", options, "start"], check=True)  # noqa: S603

    def stop(self, mode: str = "fast") -> None:
        """Stop it, its clients cut off."""
        subprocess.run([*self.run, f"--mode={mode}", "stop"], check=True)  # noqa: S603

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The cluster shut down for a while."""
        self.stop()
        yield
        self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Its processes stopped as if the machine stood still."""
        leader = int(Path(self.folder, "data", "postmaster.pid").read_text().split()[0])
        children = subprocess.run(["pgrep", "-P", str(leader)], stdout=subprocess.PIPE, check=False).stdout.split()  # noqa: S603, S607
        pids = [leader, *map(int, children)]
        _signal(pids, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(pids, signal.SIGCONT)

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Its transactions, those of open connections too, may read only."""
        self._alter("SET default_transaction_read_only = on")
        yield
        self._alter("RESET default_transaction_read_only")

    def _alter(self, what: str) -> None:
        admin = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql(f"ALTER SYSTEM {what}")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        admin.dispose()


def is_installed() -> bool:
    """Whether there can be a cluster."""
    return _initdb() is not None


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running cluster, gone afterwards."""
    initdb = _initdb()
    assert initdb is not None, HOW
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # PostgreSQL does not run as root
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if user:
            shutil.chown(folder, "postgres")
        data = ["--pgdata", f"{folder}/data"]
        make = [*user, initdb, *data, "--auth=trust", "--username=stamkund", "--no-sync"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        pg_ctl = str(Path(initdb).with_name("pg_ctl"))
        own = Cluster(folder, [*user, pg_ctl, *data, "--wait", "--silent"])
        own.start()
        try:
            yield own
        finally:
            own.stop("immediate")


def _initdb() -> str | None:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return str(programs[-1]) if programs else shutil.which("initdb")


def _signal(pids: Sequence[int], number: int) -> None:
    for pid in pids:
        os.kill(pid, number)
