"""The usual kinds of events: what each is called in features, in the Segment Spec, in tables and in names of files.

A kind is a word in snake case. Any word may be one; these mean the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from features.words import words_of


@dataclass(frozen=True)
class Kind:
    """A usual kind of event.

    ``plural`` counts it in the names of features; empty where ``NAME_count`` does. ``spec``: its events in the Segment
    Spec. ``synonyms``: other names that tables give it. ``file_words``: parts of the names of files of such events.
    ``interest``: it shows interest in an order. ``question``: it reaches out to the customer. ``answer``: it answers
    such a question. ``lines``: it has a row a product. ``returns``: its value takes back what an order brought.
    ``of_address``: it is about an address of a channel, such as one that is subscribed.
    """

    name: str
    plural: str = ""
    spec: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    file_words: tuple[str, ...] = ()
    interest: bool = False
    question: bool = False
    answer: bool = False
    lines: bool = False
    returns: bool = False
    of_address: bool = False


_SURVEYS = tuple(
    f"{scale}_{said}"
    for scale in ("nps", "csat", "ces")
    for said in ("answered", "response", "survey_answered", "survey_completed", "survey_submitted")
)


def _tickets(*done: str) -> tuple[str, ...]:
    """What tools call that something was done with a ticket."""
    return tuple(f"{ticket}_{word}" for ticket in ("ticket", "support_ticket", "case", "support_case") for word in done)


# In the order in which the words of a file's name decide: `order_returns` are refunds.
_USUAL = (
    Kind(
        "refund", "refunds", spec=("Order Refunded",), synonyms=("refunded_order",), file_words=("refund", "return"),
        lines=True, returns=True,
    ),
    Kind(
        "cancel", "cancellations", spec=("Order Cancelled",),
        synonyms=("order_canceled", "cancellation", "cancelled_order", "canceled_order"),
        file_words=("cancel",), lines=True, returns=True,
    ),
    Kind(
        "redeem", "redemptions",
        synonyms=("redemption", "coupon_redeemed", "offer_redeemed", "voucher_redeemed", "promotion_redeemed"),
        file_words=("redem", "redeem"), answer=True,
    ),
    Kind(
        "view", "views", spec=("Product Viewed",), synonyms=("viewed_product",), file_words=("view", "page"),
        interest=True,
    ),
    Kind(
        "click", "clicks", spec=("Promotion Clicked", "Email Link Clicked", "Push Notification Tapped"),
        synonyms=("clicked_promotion", "email_clicked", "sms_link_clicked", "sms_clicked", "push_notification_clicked"),
        file_words=("click",), interest=True, answer=True,
    ),
    Kind(
        "contact", "contacts", spec=("Email Delivered", "Push Notification Received"),
        synonyms=(
            "email_sent", "sms_sent", "sms_delivered", "push_notification_sent", "push_notification_delivered",
            "push_sent", "whatsapp_sent", "whatsapp_delivered",
        ),
        question=True, file_words=("contact", "campaign", "mailing", "email"),
    ),
    Kind(
        "survey", "surveys", spec=("Survey Answered",),
        synonyms=(*_SURVEYS, "answered_nps_survey", "completed_nps_survey", "survey_response"),
        file_words=("survey", "nps", "rating", "review"),
    ),
    Kind(
        "support", "support_requests", synonyms=("support_request", *_tickets("created", "opened", "submitted")),
        file_words=("support", "ticket", "case"),
    ),
    Kind("support_answered", "support_answers", synonyms=_tickets("answered", "replied", "responded")),
    Kind("support_resolved", "support_resolutions", synonyms=_tickets("resolved", "solved", "closed")),
    Kind("support_reopened", "support_reopenings", synonyms=_tickets("reopened")),
    Kind("delivery_late", synonyms=("late_delivery", "delivery_delayed", "shipment_delayed")),
    Kind("delivery_failed", synonyms=("failed_delivery", "delivery_exception", "shipment_lost")),
    Kind("visit", "visits", file_words=("visit", "session"), interest=True),
    Kind(
        "order", "orders", spec=("Order Completed",), synonyms=("purchase", "purchases", "completed_order"), lines=True,
        file_words=("order", "transaction", "sale", "purchase", "basket", "receipt", "invoice"),
    ),
    Kind(
        "cart", "carts", spec=("Product Added", "Wishlist Product Added to Cart"), synonyms=("added_product",),
        interest=True,
    ),
    Kind("search", "searches", spec=("Products Searched",), interest=True),
    Kind("open", "opens", spec=("Email Opened",), synonyms=("sms_opened",), answer=True),
    Kind("exposure", "exposures", spec=("Promotion Viewed",), synonyms=("viewed_promotion",), question=True),
    Kind("decision", "decisions"),
    Kind("holdout", "holdouts"),
    Kind("coupon_applied", spec=("Coupon Applied",)),
    Kind("consent", spec=(
        "Segment Consent Preference", "Segment Consent Preference Updated", "Consent Preference Updated"
    )),
    Kind(
        "subscribe", spec=("Subscribed", "Email Subscribed", "SMS Subscribed"),
        synonyms=("subscribed_to_email_marketing",), of_address=True,
    ),
    Kind(
        "unsubscribe", spec=("Unsubscribed", "Email Unsubscribed", "SMS Unsubscribed"),
        synonyms=("unsubscribed_from_email_marketing",), of_address=True,
    ),
    Kind(
        "bounce", "bounces", spec=("Email Bounced", "SMS Bounced"), synonyms=("bounced", "bounced_email"),
        of_address=True,
    ),
    Kind(
        "spam_complaint", "spam_complaints", spec=("Email Marked as Spam",),
        synonyms=("marked_as_spam", "marked_email_as_spam", "spam_report"), of_address=True,
    ),
    Kind("referral", "referrals", synonyms=("invite_sent", "invitation_sent", "referral_sent", "referred_a_friend")),
    Kind("referred", synonyms=("invite_accepted", "invitation_accepted", "referral_accepted", "referral_completed")),
    Kind("identify"),
    Kind("subscription_start", "subscription_starts"),
    Kind("subscription_renewal", "subscription_renewals"),
    Kind("subscription_end", "subscription_ends"),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _USUAL}
RETURNS = tuple(sorted(kind.name for kind in _USUAL if kind.returns))  # what they are worth comes off the orders
# Of what happened to a customer at one moment, the answers come after the questions.
QUESTIONS = tuple(kind.name for kind in _USUAL if kind.question)
ANSWERS = tuple(kind.name for kind in _USUAL if kind.answer)


def snake_case(name: str) -> str:
    """A name as words of small letters and digits of any alphabet; empty without any.

    >>> snake_case("Wishlist Product Added"), snake_case("cartShared"), snake_case("Grüne Woche"), snake_case("!?")
    ('wishlist_product_added', 'cart_shared', 'grüne_woche', '')
    """
    words = words_of(name)
    parts = [re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", word) for word in words]
    return "_".join(words_of("_".join(parts).casefold().replace("i\u0307", "i")))  # the small form of a Turkish İ


_NAMES = {
    snake_case(name): kind.name
    for kind in _USUAL
    for name in (kind.name, kind.plural, *kind.spec, *kind.synonyms)
    if name
}
_CANONICAL = {name.replace("_", ""): kind for name, kind in _NAMES.items()}


@lru_cache(maxsize=4096)
def canonical_kind(name: str) -> str:
    """The kind that a name means; an unknown name is a kind of its own, in snake case. Empty for no name at all.

    >>> [canonical_kind(name) for name in ("Order Completed", "ORDER", "ordercompleted", "Purchase", "Yoga Class")]
    ['order', 'order', 'order', 'order', 'yoga_class']
    """
    word = snake_case(name)
    return _CANONICAL.get(word.replace("_", ""), word)


def near_kind(name: str) -> str | None:
    """The usual kind that a name is nearly one of, as a slip or another form of the word; None for others.

    >>> [near_kind(name) for name in ("ordr", "Order Complete", "Purchased", "order", "Yoga Class")]
    ['order', 'order', 'order', None, None]
    """
    word = snake_case(name)
    if not word or canonical_kind(word) in KINDS:
        return None
    alike = [usual for usual in _NAMES if usual[0] == word[0]]
    return next((_NAMES[usual] for usual in get_close_matches(word, alike, n=1, cutoff=0.8)), None)


def kind_in_name(name: str) -> str | None:
    """The kind that the name of a file or of an event seems to speak of, None when it speaks of none.

    >>> kind_in_name("order_returns_2024"), kind_in_name("CRM mailings"), kind_in_name("yoga")
    ('refund', 'contact', None)
    """
    name = name.lower()
    return next((kind.name for kind in _USUAL if any(word in name for word in kind.file_words)), None)
