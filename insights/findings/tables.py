"""The tables of findings: what each says, and the people behind it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from insights.findings.finds import findings
from insights.findings.profile import customers_at
from insights.people import Audience
from insights.tables import Draft

FINDINGS: Final = pa.schema([
    ("place", pa.int64()), ("code", pa.string()), ("unit", pa.string()), ("value", pa.float64()), ("low", pa.float64()),
    ("high", pa.float64()), ("n", pa.float64()), ("people", pa.int64()), ("counts", pa.map_(pa.string(), pa.int64())),
    ("money", pa.map_(pa.string(), pa.float64())),
])  # fmt: skip
PEOPLE: Final = pa.schema([("code", pa.string()), ("place", pa.int64()), ("customer_id", pa.string())])


def write_findings(audience: Audience, draft: Draft) -> None:
    """Write the tables ``findings`` and ``findings_people``; amounts are decimals of the currency."""
    customers, unit = customers_at(audience), 10.0**audience.settings.minor_units
    rows, people = [], [PEOPLE.empty_table()]
    for place, found in enumerate(findings(customers)):
        value, low, high, n = (found.estimate * (1 / unit) if found.unit == "money" else found.estimate).numbers()
        money = {name: amount / unit for name, amount in found.money.items()}
        rows.append({
            "place": place, "code": found.code, "unit": found.unit, "value": value, "low": low, "high": high, "n": n,
            "people": len(found.people), "counts": list(found.counts.items()), "money": list(money.items()),
        })  # fmt: skip
        ids, codes = customers.ids[found.people], [found.code] * len(found.people)
        people.append(pa.table([codes, np.arange(len(ids)), pa.array(ids, pa.string())], schema=PEOPLE))
    draft.write("findings", pa.Table.from_pylist(rows, FINDINGS))
    draft.write("findings_people", pa.concat_tables(people))
