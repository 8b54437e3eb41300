"""What `stamkund decide --why` shows: every candidate, with all that keeps it from being shown."""

from __future__ import annotations

from rich.console import Console

from serving.terminal.decisions.why import why_table

PLACEMENT = {
    "id": "home",
    "items": [
        {"offer_id": "tea", "is_fallback": False, "expected_value": 1234.5, "reasons": []},
    ],
    "excluded": [
        {
            "reason": "rule",
            "count": 2,
            "offers": [
                {
                    "offer_id": "wine",
                    "detail": "For regulars: features.orders_90d is 2 and must be at least 3.",
                    "also": [{"code": "expired", "params": {}, "detail": "It ended at 2024-01-01 00:00 UTC."}],
                },
                {
                    "offer_id": "cup",
                    "detail": "For regulars: features.orders_90d is 2 and must be at least 3.",
                    "also": [],
                },
                {
                    "offer_id": "jam",
                    "detail": "For regulars: features.orders_90d is 2 and must be at least 3.",
                    "also": [],
                },
            ],
        },
    ],
}


def test_every_candidate_is_told_with_every_reason_in_80_columns() -> None:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(why_table(PLACEMENT))
    lines = [line.split("  ", 1) for line in capture.get().splitlines()]
    assert max(len(line) for line in capture.get().splitlines()) <= 80
    told = [(name.strip(), why.strip()) for name, why in lines]
    assert told == [
        ("candidate", "would be shown, or what would have to change"),
        ("tea", "Shown at 1: it is expected to bring 1,234.50."),
        ("cup, jam", "For regulars: features.orders_90d is 2 and must be"),
        ("", "at least 3."),
        ("wine", "1. For regulars: features.orders_90d is 2 and must"),
        ("", "be at least 3."),
        ("", "2. It ended at 2024-01-01 00:00 UTC."),
    ]
