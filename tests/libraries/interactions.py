"""Reads what `stamkund decisions export` has written with Pega's own tools: `python interactions.py FILE FILE`."""

from __future__ import annotations

import json
import sys

import polars as pl


def read(candidates: str, outcomes: str) -> dict[str, object]:
    """What the tools make of the two files."""
    from pdstools.decision_analyzer import DecisionAnalyzer  # noqa: PLC0415  (doctests import this without it)
    from pdstools.ih import IH  # noqa: PLC0415

    analyzer = DecisionAnalyzer.from_explainability_extract(candidates)
    data = analyzer.decision_data.collect()
    rates = IH(pl.scan_parquet(outcomes)).aggregates.summary_success_rates(by="Channel").collect()
    return {
        "kind": analyzer.extract_type,
        "interactions": data["Interaction ID"].n_unique(),
        "rows": len(data),
        "winners": sorted(data.filter(pl.col("Rank") == 1)["Action"].to_list()),
        "rates": rates.to_dicts(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(read(*sys.argv[1:]), default=str))
