"""A Spark session for the tests: local, small and silent."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.postgres import absent

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HOW = "Spark needs pyspark (`make spark`) and Java 17 or later (`apt-get install default-jre-headless`)"
SILENT = """
status = off
rootLogger.level = off
rootLogger.appenderRef.none.ref = none
appender.none.type = Null
appender.none.name = none
"""


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session on two threads, in a zone far from UTC."""
    if find_spec("pyspark") is None or not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        absent("spark", HOW)
    session = session_in(tmp_path_factory.mktemp("spark"))
    yield session
    session.stop()


def session_in(folder: Path) -> SparkSession:
    """A session that writes nothing outside the folder and nothing on the terminal."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  (an extra)

    (folder / "log4j2.properties").write_text(SILENT)
    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_CONF_DIR": str(folder), "PYSPARK_PYTHON": sys.executable}
    settings = {
        "spark.driver.memory": "1g",
        "spark.local.dir": str(folder),
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",  # compiling costs more than these few rows
        "spark.sql.session.timeZone": "America/New_York",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",  # what has no zone stays without
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local[2]").appName("stamkund")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
