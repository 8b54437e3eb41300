"""What a row of a table is, by the roles of its columns and the name of its file."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from features.onboarding.facts.column import NEARLY_ALL, Column
from features.onboarding.facts.table import Table
from features.onboarding.knowledge.value_words import IGNORED, kind
from features.onboarding.meaning.consents import signals_of
from features.onboarding.meaning.signs import MOMENTS, Signs
from features.onboarding.roles.numbers import AMOUNTS
from features.onboarding.roles.roles import Roles
from features.onboarding.roles.table_names import Subject

_LEAST = 0.5  # of the rows of a table that is called customers are a customer each; others come twice
_DENSEST = 2  # pairs of customer and moment that could be, for each that is there


def subject_of(table: Table, roles: Roles) -> Subject | None:
    """What a row of a table is; None where nothing tells."""
    if roles.system is not None and roles.system.subject is not None:
        return cast(Subject, roles.system.subject)
    signs = Signs(table, roles)
    if signs.who is None:
        return _of_nobody(signs)
    return next((subject for subject, holds in _RULES if holds(signs)), None) or _by_name(signs)


def log_column(roles: Roles) -> Column | None:
    """The column that tells the kind of each row of a log: one knows several of its words, not only of orders."""
    named = roles.get("kind")
    if roles.system is not None and roles.system.subject == "log" and named is not None:
        return named
    for role in ("kind", "status"):
        for column in roles.all(role):
            known = {meaning for word in column.common if (meaning := kind(word))}
            told = known - {"order", "refund", IGNORED} if role == "kind" else known & {"contact", "click"}
            if told and len(known) >= min(2, column.distinct):
                return column
    return None


def _of_nobody(signs: Signs) -> Subject | None:
    """Of a table without customers."""
    order = signs.roles.get("order")
    if signs.has("start") and signs.has("end") and signs.has("offer"):
        return "offers"
    if order and not order.is_unique and signs.has("item", "item_name", "line", *AMOUNTS):
        return "lines"
    if signs.has("item", "row_id") and signs.has("item_name", "category", "unit_price", "cost"):
        return "items"
    return "lines" if order and signs.has(*AMOUNTS, "refund", "status") else None


def _by_name(signs: Signs) -> Subject | None:
    """What the name of the file alone says happened to a customer at a moment."""
    if signs.when is None:
        return None
    return next(iter(signs.happened), "events")


def _is_customers(signs: Signs) -> bool:
    """Whether a row tells what a customer is, and not what they did."""
    who = signs.who
    if who is not None and signs.when is None and who.is_unique and not signs.tells("order", "item", "quantity"):
        return True  # amounts without a moment are no orders
    if who is None or (signs.is_order and not signs.is_named("customers")):
        return False
    if signs.when is None:
        least = _LEAST if signs.is_named("customers") else NEARLY_ALL
        return who.distinct >= least * signs.table.rows and not signs.is_order
    did = signs.is_order or signs.has("rating", "ticket", "campaign", "offer", "page")
    return who.is_unique and not signs.tells("order") and (signs.is_named("customers") or not (did or signs.happened))


def _is_snapshots(signs: Signs) -> bool:
    """Whether a row tells what a customer was like at a moment: each has one a moment, most at most of the moments."""
    who, when, table = signs.who, signs.when, signs.table
    did = signs.has("rating", "ticket", "campaign", "offer", "page", "session", "kind", "open_time", "click_time")
    if who is None or when is None or signs.is_order or did or not (who.is_full and when.is_full):
        return False
    dense = when.distinct * who.distinct <= _DENSEST * table.rows
    if when.distinct < 2 or not dense or signs.happened not in ([], ["snapshots"]):
        return False
    (pairs,) = table.counts(f"count(DISTINCT ({table.text(who)}, {table.moment(when)}))")
    return pairs == table.rows


def _is_subscription(signs: Signs) -> bool:
    """Whether a row tells a span that a customer pays for, or one that may still be open."""
    if not signs.has("start"):
        return signs.has("subscription") and signs.has("cancel", "end", "renewal") and signs.when is not None
    told = signs.has("subscription", "renewal", "plan", "recurring") or signs.is_named("subscription")
    end = signs.roles.get("end")
    return told or (end is not None and end.present < signs.table.rows and not signs.has("order", "rating"))


def _is_message(signs: Signs, *subjects: Subject) -> bool:
    told = signs.has("campaign", "open_time", "click_time")
    return signs.when is not None and not signs.is_paid and told and (not subjects or signs.is_named(*subjects))


def _is_only(signs: Signs, role: str) -> bool:
    """Whether the only moment is that of an answer to a message."""
    moments = [column for column in signs.roles.all(*MOMENTS) if column.is_time]
    return bool(moments) and moments == [column for column in signs.roles.all(role) if column.is_time]


def _is_redemption(signs: Signs) -> bool:
    if signs.when is None or signs.is_paid or not signs.has("offer"):
        return False
    return signs.is_named("redeem") or not signs.has("campaign", "order", "item", "quantity")


def _is_survey(signs: Signs) -> bool:
    rated = (signs.when is not None or signs.has("start", "end")) and signs.has("rating")
    return rated and (not signs.tells("order", *AMOUNTS) or signs.is_named("survey"))


def _is_support(signs: Signs) -> bool:
    asked = signs.when is not None and signs.has("ticket", "subject") and not signs.has("campaign")
    return asked and not signs.is_paid and not (signs.has("order") and signs.is_named("order"))


def _is_ticket(signs: Signs) -> bool:
    """Whether a row is a ticket, rated or not."""
    ticket = signs.roles.get("ticket")
    return ticket is not None and ticket.is_unique and not signs.is_named("survey") and _is_support(signs)


def _is_order(signs: Signs) -> bool:
    if signs.when is None or not (signs.is_order or signs.is_named("order")):
        return False
    return signs.is_paid or signs.tells("order") or not signs.is_named("click", "open", "view", "visit")


def _is_consent(signs: Signs) -> bool:
    """Whether a row tells what somebody permits, once or by several signals."""
    told = signs.has("consent") or len(signals_of(signs.table)) > 1
    return not signs.happened and signs.when is not None and told


# The first rule that holds tells the subject.
_RULES: tuple[tuple[Subject, Callable[[Signs], bool]], ...] = (
    ("survey", lambda signs: signs.is_named("survey") and _is_survey(signs)),
    ("subscription", _is_subscription),
    ("customers", _is_customers),
    ("snapshots", _is_snapshots),
    ("log", lambda signs: signs.when is not None and log_column(signs.roles) is not None),
    ("support", _is_ticket),
    ("survey", _is_survey),
    ("refund", lambda signs: signs.when is not None and signs.is_named("refund") and signs.is_order),
    ("support", _is_support),
    ("redeem", _is_redemption),
    ("unsubscribe", lambda signs: _is_message(signs, "unsubscribe")),
    ("click", lambda signs: _is_message(signs, "click") or _is_only(signs, "click_time")),
    ("open", lambda signs: _is_message(signs, "open") or _is_only(signs, "open_time")),
    ("contact", _is_message),
    ("order", _is_order),
    ("view", lambda signs: not signs.happened and signs.when is not None and signs.has("page")),
    ("visit", lambda signs: not signs.happened and signs.when is not None and signs.has("session")),
    ("consent", _is_consent),
)
