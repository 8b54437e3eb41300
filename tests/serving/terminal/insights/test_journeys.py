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
    "months": [STEP | {"period": "2024-03"}, ORDER | {"period": "2024-03", "reached": 77}],
    "times": [
        {"journey": "purchase", "step": "order", "dimension": None, "hours": hours, "share": share}
        for hours, share in ((1, 0.125), (48, 0.25), (96, None))
    ],
    "next": [
        {"journey": "purchase", "step": "view", "next": None, "entries": 700, "brought": None},
        {"journey": "purchase", "step": "view", "next": "support", "entries": 200, "brought": 1234.5},
    ],
    "losses": [LOSS, REFUSED],
    "winnable": [
        {
            "journey": "purchase",
            "step": "view",
            "model": "lapse",
            "sense": "stays_away",
            "customers": 61,
            "dropped": 900,
            "back": 39,
            "unscored": 800,
            "worth": 5000.0,
            "expected": 1250.0,
        }
    ],
}


def shown(*things: object, width: int = 200) -> str:
    out = StringIO()
    Console(file=out, width=width).print(*things, sep="\n")
    return out.getvalue().replace("\u00a0", " ")


def test_journeys_are_told_step_by_step_with_what_is_lost() -> None:
    told = shown(*journey_tables(ANSWER, "en"))
    for words in ("25.0 %", "22.0 – 28.0 %", "1,200", "nothing in time 700", "Lost after view: 10 EUR", "4 went on"):
        assert words in told
    for words in ("purchase, 2024-03", "77", "order after: 1 h 12.5 %, 2 d 25.0 %\n", "support 200 (1,234.50 EUR)"):
        assert words in told
    assert "61 could still be won" in told
    assert "5,000 EUR; the chance of each counted, 1,250" in told
    assert "fewer than 5" in told
    assert "ingenting i tid 700" in shown(*journey_tables(ANSWER, "sv"))


def test_a_funnel_of_seven_steps_is_read_whole_in_80_columns_group_by_group() -> None:
    names = ["search", "category_page", "view", "cart", "shipping_details", "payment_details", "order"]
    steps = [
        {**STEP, "place": place, "step": name, "dimension": "channel", "group": group, "reached": 1_234_567}
        for group in ("web", None) for place, name in enumerate(names)
    ]  # fmt: skip
    empty: dict[str, list[object]] = {name: [] for name in ("months", "times", "next", "losses", "winnable")}
    told = shown(*journey_tables({**empty, "steps": steps, "currency": "EUR"}, "sv"), width=80)
    lines = told.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert "…" not in told
    assert [line.split()[0] for line in lines if "1 234 567" in line] == names * 2
    assert "purchase, kanal: web" in told
    assert "purchase, kanal: okänt" in told


def test_a_list_tells_each_customer() -> None:
    entry = {"customer_id": "an", "entered": "2024-01-01T00:00:00Z", "last": "2024-01-02T00:00:00Z", "next": "support"}
    assert "support" in shown(entry_table({"count": 1, "entries": [entry]}, "en"))
