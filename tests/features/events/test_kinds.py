"""One name for a kind, whatever a source calls it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.events.kinds import KINDS, canonical_kind, kind_in_name, near_kind, snake_case


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("order", ["Order Completed", "ORDER", "orders", "Purchase", " purchases ", "orderCompleted"]),
        ("redeem", ["redemptions", "Redemption"]),
        ("support", ["support_requests", "Support Request"]),
        ("click", ["Promotion Clicked", "Email Link Clicked", "CLICKS"]),
        ("coupon_applied", ["Coupon Applied"]),
        ("subscription_start", ["Subscription Start", "SubscriptionStarts"]),
        ("page_view", ["page_view", "Page View", "pageView"]),  # neither a view of a product nor a visit, for sure
        ("yoga_class", ["Yoga Class", "yogaClass", "YOGA CLASS"]),
        ("b2b_order", ["b2b_order"]),
        ("köp", ["Köp"]),
        ("ab_test", ["ABTest"]),
        ("i", ["\u0130"]),  # its small letter is an i and a dot above it, which is no letter
        ("", ["", " ", "!?", "_", "\u0301", "🎉"]),
        ("order", ["order completed", "ORDER COMPLETED", "order_completed", "ordercompleted", " Order\u00a0"]),
        ("order", ["\uff2f\uff32\uff24\uff25\uff32\u3000\uff23ompleted", "order\u200b", "Order-Completed"]),
        ("grösse", ["Größe", "GRÖSSE", "Gro\u0308ße"]),  # an accent of its own is the letter's
        ("siparis", ["S\u0130PAR\u0130S", "siparis"]),
        ("注文", ["注文", " 注文 "]),
        ("\u0434\u0430", ["\u0414\u0430", "\u0414\u0410"]),  # Cyrillic
        ("की", ["की"]),
        ("का", ["का"]),
        ("طلب", ["طلب"]),
    ],
)  # fmt: skip
def test_a_kind_is_known_by_all_its_names(kind: str, names: list[str]) -> None:
    assert [canonical_kind(name) for name in names] == [kind] * len(names)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ordr", "order"), ("Order Complete", "order"), ("Purchased", "order"), ("ORDER COMPLETED!", None),
        ("order_refund", "refund"), ("product_view", "view"), ("email_open", "open"),
        ("order_cancelled", None), ("border", None), ("review", None), ("page_view", None), ("yoga_class", None),
        ("order", None), ("", None), ("注文", None),
    ],
)  # fmt: skip
def test_a_name_that_is_nearly_a_usual_kind_is_told(name: str, kind: str | None) -> None:
    assert near_kind(name) == kind


@given(st.text(max_size=20))
def test_a_canonical_name_is_its_own(name: str) -> None:
    kind = canonical_kind(name)
    assert canonical_kind(kind) == kind
    assert snake_case(snake_case(name)) == snake_case(name)


def test_no_name_means_two_kinds() -> None:
    names = [(snake_case(n), k.name) for k in KINDS.values() for n in (k.name, k.plural, *k.spec, *k.synonyms) if n]
    assert len(dict(names)) == len(set(names))
    assert all(canonical_kind(name) == kind for name, kind in names)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("order_returns", "refund"), ("order_cancellations", "cancel"), ("orders_2024", "order"),
        ("coupon_redemptions", "redeem"),
        ("Web Sessions", "visit"), ("support_cases", "support"), ("yoga", None),
    ],
)  # fmt: skip
def test_names_of_files_tell_a_kind(name: str, kind: str | None) -> None:
    assert kind_in_name(name) == kind
