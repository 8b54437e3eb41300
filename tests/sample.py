"""A few hundred households of The Complete Journey as a project of their own, for tests that want real data."""

from __future__ import annotations

from pathlib import Path

import yaml

EXAMPLE = Path(__file__).parents[1] / "examples" / "completejourney" / "stamkund.yaml"


def sample_config(folder: Path, *, every: int = 8, **changes: object) -> Path:
    """Write a ``stamkund.yaml`` to the folder that reads only every n-th household; returns its path."""
    document = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    for name, source in document["sources"].items():
        columns = source["columns"]
        household = columns.get("id", columns.get("customer_id"))
        if household is None:
            continue
        if "query" not in source:
            source.update({"from": {name: source["from"]}, "query": f"SELECT * FROM {name}"})  # noqa: S608
        source["query"] = f"SELECT * FROM ({source['query']}) WHERE {household} % {every} = 0"  # noqa: S608
    document.update(changes)
    path = folder / "stamkund.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path
