"""A real PostgreSQL for the tests: a cluster of their own, on a socket in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

HOW = "PostgreSQL is not installed; `apt-get install postgresql` brings it"


def absent(part: str, how: str) -> None:
    """Skip, saying how to get what is missing; fail where STAMKUND_REQUIRE names it."""
    if part in os.environ.get("STAMKUND_REQUIRE", "").split(","):
        pytest.fail(f"STAMKUND_REQUIRE names {part}: {how}")
    pytest.skip(how)


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The URL of a running cluster's first database."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = str(programs[-1]) if programs else shutil.which("initdb")
    if initdb is None:
        absent("postgres", HOW)
        return
    pg_ctl = str(Path(initdb).with_name("pg_ctl"))
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # PostgreSQL does not run as root
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if user:
            shutil.chown(folder, "postgres")
        run = [*user, pg_ctl, "--pgdata", f"{folder}/data", "--wait", "--silent"]
        subprocess.run(
            [*user, initdb, "--pgdata", f"{folder}/data", "--auth=trust", "--username=stamkund", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        subprocess.run([*run, "--log", f"{folder}/log", "--options", options, "start"], check=True)
        try:
            yield f"postgresql+psycopg://stamkund@/postgres?host={folder}"
        finally:
            subprocess.run([*run, "--mode=immediate", "stop"], check=True)


@pytest.fixture
def postgres_url(cluster: str) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"test_{uuid4().hex}"
    admin = sa.create_engine(cluster, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield str(sa.make_url(cluster).set(database=name).render_as_string(hide_password=False))
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, of each kind in turn."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'deep' / 'store.db'}"


@contextmanager
def frozen(store: sa.Engine) -> Iterator[None]:
    """A database whose processes are stopped as if the machine stood still."""
    with store.connect() as connection:
        (pid,) = connection.exec_driver_sql("SELECT pg_backend_pid()").one()
    parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    children = subprocess.run(["pgrep", "-P", str(parent)], stdout=subprocess.PIPE, check=True).stdout.split()
    pids = [parent, *map(int, children)]
    for each in pids:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in pids:
            os.kill(each, signal.SIGCONT)
