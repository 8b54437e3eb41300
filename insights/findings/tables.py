"""The table of findings: what each says, and of how many. Who they are is worked out when it is asked."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

from features.errors import StamkundError
from insights.findings.finds import findings
from insights.findings.profile import customers_at
from insights.people import Audience
from insights.tables import Draft

FINDINGS: Final = pa.schema([
    ("place", pa.int64()), ("code", pa.string()), ("unit", pa.string()), ("value", pa.float64()), ("low", pa.float64()),
    ("high", pa.float64()), ("n", pa.float64()), ("people", pa.int64()), ("counts", pa.map_(pa.string(), pa.int64())),
    ("money", pa.map_(pa.string(), pa.float64())),
])  # fmt: skip


def write_findings(audience: Audience, draft: Draft) -> None:
    """Write the table ``findings``."""
    draft.write("findings", pa.Table.from_pylist(found_rows(audience), FINDINGS))


def found_rows(audience: Audience) -> list[dict[str, Any]]:
    """The rows of that table, the most pressing first; amounts are decimals of the currency."""
    unit, rows = 10.0**audience.settings.minor_units, []
    for place, finding in enumerate(findings(customers_at(audience))):
        found = finding.figure
        value, low, high, n = (found.estimate * (1 / unit) if found.unit == "money" else found.estimate).numbers()
        money = {name: amount / unit for name, amount in found.money.items()}
        rows.append({
            "place": place, "code": found.code, "unit": found.unit, "value": value, "low": low, "high": high, "n": n,
            "people": len(finding.people), "counts": list(found.counts.items()), "money": list(money.items()),
        })  # fmt: skip
    return rows


def people_of(audience: Audience, code: str) -> list[str]:
    """The customers behind a finding, those who spent most first.

    Raises:
        StamkundError: ``unknown_finding``; the customers do not bear it out, or no longer.
    """
    customers = customers_at(audience)
    found = {each.figure.code: each for each in findings(customers)}
    if code not in found:
        raise StamkundError.unknown("unknown_finding", "finding", code, found)
    ids: list[str] = customers.ids[found[code].people].tolist()
    return ids
