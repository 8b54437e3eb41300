from __future__ import annotations

from io import StringIO

from rich.console import Console

from serving.terminal.insights.journeys import entry_table, journey_tables

STEP = {
    "journey": "purchase", "dimension": None, "group": None, "place": 0, "step": "view", "suppressed": False,
    "entered": 1300, "reached": 1200, "dropped": 900, "ended": 0, "open": 100, "share": 1.0, "low": 0.99, "high": 1.0,
    "hours": 0.0, "hours_low": 0.0, "hours_high": 0.0, "tied": 0.0,
}  # fmt: skip
ORDER = STEP | {"place": 1, "step": "order", "reached": 300, "dropped": 0, "share": 0.25, "low": 0.22, "high": 0.28}
AMOUNTS = {f"{name}{end}": 10.0 for name in ("gross", "anyway", "lost", "point") for end in ("", "_low", "_high")}
LOSS: dict[str, object] = {
    "journey": "purchase", "step": "view", "went": 300, "dropped": 900, "refusal": None, "params": {},
    **AMOUNTS,
}  # fmt: skip
REFUSED = LOSS | {"refusal": "loss_too_few", "params": {"went": 4, "dropped": 900, "needed": 100}}
ANSWER = {
    "currency": "EUR",
    "steps": [STEP, ORDER, STEP | {"journey": "tiny", "suppressed": True}],
    "next": [{"journey": "purchase", "step": "view", "next": None, "entries": 700}],
    "losses": [LOSS, REFUSED],
}


def shown(*things: object) -> str:
    out = StringIO()
    Console(file=out, width=200).print(*things, sep="\n")
    return out.getvalue()


def test_journeys_are_told_step_by_step_with_what_is_lost() -> None:
    told = shown(*journey_tables(ANSWER, "en"))
    for words in ("25.0%", "22.0% – 28.0%", "1,200", "nothing in time 700", "Lost after view: 10 EUR", "4 went on"):
        assert words in told
    assert "fewer than 5 customers" in told
    assert "ingenting i tid 700" in shown(*journey_tables(ANSWER, "sv"))


def test_a_list_tells_each_customer() -> None:
    entry = {"customer_id": "an", "entered": "2024-01-01T00:00:00Z", "last": "2024-01-02T00:00:00Z", "next": "support"}
    assert "support" in shown(entry_table({"count": 1, "entries": [entry]}, "en"))
