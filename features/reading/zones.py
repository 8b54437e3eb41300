"""Time zones as they are written beside a time, and the moment that a local time means.

Summer time: an hour that comes twice counts as the first of the two, and one that is left out as the hour after it.
"""

from __future__ import annotations

from collections.abc import Mapping

from features import sql

# Abbreviations with one meaning, as hours from UTC. Others (IST, CST, CDT, BST, AST …) are written for several zones.
_BY_HOURS: Mapping[float, str] = {
    -10: "HST",
    -9: "AKST",
    -8: "PST AKDT",
    -7: "MST PDT",
    -6: "MDT",
    -5: "EST",
    -4: "EDT",
    0: "Z UTC GMT WET",
    1: "WEST CET MEZ",
    2: "CEST MESZ EET",
    3: "EEST MSK",
    8: "SGT HKT AWST",
    9: "JST KST",
    9.5: "ACST",
    10: "AEST",
    11: "AEDT",
    12: "NZST",
    13: "NZDT",
}
ABBREVIATIONS = {name: hours for hours, names in _BY_HOURS.items() for name in names.split()}


def moment_sql(local: str, zone: str) -> str:
    """The moment (µs since 1970, UTC) of a local TIMESTAMP in a zone of DuckDB's, both SQL expressions.

    >>> from duckdb import connect
    >>> with connect() as duck:
    ...     for hour in ("2024-10-27 02:30", "2024-03-31 02:30"):  # twice, and never
    ...         expression = moment_sql(f"TIMESTAMP '{hour}'", "'Europe/Berlin'")
    ...         duck.execute(f"SELECT CAST(make_timestamp({expression}) AS VARCHAR)").fetchone()[0]
    '2024-10-27 00:30:00'
    '2024-03-31 01:30:00'
    """
    if zone == "'UTC'":
        return f"epoch_us({local})"
    # DuckDB takes the second of two hours; reckoned from an hour before, it is the first.
    before = f"epoch_us(timezone({zone}, {local} - INTERVAL 1 HOUR)) + 3600000000"
    return f"least(epoch_us(timezone({zone}, {local})), {before})"


def zone_moment_sql(local: str, zone: str) -> str:
    """The moment of a local TIMESTAMP beside which a zone is written: null when the zone is not known.

    It may be an offset, an abbreviation, or a name of the IANA database.
    """
    offset = rf"regexp_extract(upper({zone}), '^(?:UTC|GMT)?([+-])([0-9]{{2}}):?([0-9]{{2}})?$', ['sign', 'h', 'm'])"
    minutes = "CAST(o.h AS BIGINT) * 60 + CAST(coalesce(nullif(o.m, ''), '0') AS BIGINT)"
    shifted = f"epoch_us({local}) - CASE o.sign WHEN '-' THEN -1 ELSE 1 END * ({minutes}) * 60000000"
    abbreviations = ", ".join(f"{sql.literal(name)}: {round(hours * 60)}" for name, hours in ABBREVIATIONS.items())
    named = f"TRY_CAST(CAST({local} AS VARCHAR) || ' ' || {zone} AS TIMESTAMP WITH TIME ZONE)"
    before = f"TRY_CAST(CAST({local} - INTERVAL 1 HOUR AS VARCHAR) || ' ' || {zone} AS TIMESTAMP WITH TIME ZONE)"
    return (
        f"CASE WHEN contains({zone}, '/') THEN least(epoch_us({named}), epoch_us({before}) + 3600000000)"
        f" WHEN regexp_matches({zone}, '[0-9]') THEN list_transform([{offset}], lambda o: {shifted})[1]"
        f" ELSE epoch_us({local}) - CAST(map {{{abbreviations}}}[upper({zone})] AS BIGINT) * 60000000 END"
    )
