"""What `stamkund decide --why` shows: every candidate, with all that keeps it from being shown."""

from __future__ import annotations

from rich.console import Console

from serving.terminal.decisions.why import why_text

REGULARS = "For regulars: features.orders_90d is 2 and must be at least 3, or you may come again."
PLACEMENT = {
    "id": "home",
    "items": [
        {"offer_id": "tea", "name": "A pot of tea", "is_fallback": False, "expected_value": 1234.5, "reasons": []},
    ],
    "excluded": [
        {
            "reason": "rule",
            "count": 2,
            "offers": [
                {
                    "offer_id": "wine",
                    "name": "A glass [of] wine",
                    "detail": REGULARS,
                    "also": [{"code": "expired", "params": {}, "detail": "It ended at 2024-01-01 00:00 UTC."}],
                },
                {
                    "offer_id": "cup",
                    "name": "A cup",
                    "detail": REGULARS,
                    "also": [],
                },
                {
                    "offer_id": "jam",
                    "name": "Jam",
                    "detail": REGULARS,
                    "also": [],
                },
            ],
        },
    ],
}


def test_every_candidate_is_told_with_every_reason_in_80_columns() -> None:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(why_text(PLACEMENT))
    assert [line.rstrip() for line in capture.get().splitlines()] == [
        "tea A pot of tea",
        "    Shown at 1: it is expected to bring 1,234.50.",
        "cup, jam",
        "    For regulars: features.orders_90d is 2 and must be at least 3, or you",
        "    may come again.",
        "wine A glass [of] wine",
        "    1. For regulars: features.orders_90d is 2 and must be at least 3, or you",
        "    may come again.",
        "    2. It ended at 2024-01-01 00:00 UTC.",
    ]
