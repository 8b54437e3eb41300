"""A real PostgreSQL for the tests: a cluster of their own, on a socket in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from benchmarks.ingest import postgres


def absent(part: str, how: str) -> None:
    """Skip, saying how to get what is missing; fail where STAMKUND_REQUIRE names it."""
    if part in os.environ.get("STAMKUND_REQUIRE", "").split(","):
        pytest.fail(f"STAMKUND_REQUIRE names {part}: {how}")
    pytest.skip(how)


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """A running cluster."""
    if not postgres.is_installed():
        absent("postgres", postgres.HOW)
    with postgres.cluster() as own:
        yield own


@pytest.fixture
def postgres_url(cluster: postgres.Cluster) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"test_{uuid4().hex}"
    admin = sa.create_engine(cluster.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield str(sa.make_url(cluster.url).set(database=name).render_as_string(hide_password=False))
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, of each kind in turn."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'deep' / 'store.db'}"
