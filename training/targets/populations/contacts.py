"""Contacts of customers by campaigns, and whether a response followed while there was time."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from features.config.sections.targets.targets import RedemptionSettings
from features.config.settings import Settings
from features.identity.fold import ALWAYS, NEVER
from training.targets.frame.target import PAIR

Frame = nw.LazyFrame[pl.LazyFrame]


def contact_outcomes(events: Frame, ends: Frame, *, contact: str, response: str, horizon_us: int) -> Frame:
    """One row a contact: ``customer_id, campaign_id, as_of, known_at, y``.

    ``events`` holds ``customer_id, campaign_id, kind, time, known_at``. ``as_of`` is when the contact is known. The
    outcome is known at the campaign's end (``ends``: ``campaign_id, ends``) or after the horizon, whichever comes
    first; ``y`` is 1 if the customer responded in ``(as_of, known_at]``, or at ``as_of`` where that was not known yet.
    Contacts of campaigns without offers are not in ``ends`` and not here, nor those of campaigns that are over: there
    is nothing to decide for them.
    """
    return outcomes(contacts(events, ends, contact=contact, horizon_us=horizon_us), _of(events, response))


def running_outcomes(events: Frame, ends: Frame, *, contact: str, response: str, horizon_us: int, as_of: int) -> Frame:
    """The same at one moment, of customers whom a campaign that still runs had reached before: what is scored then.

    Theirs is what is left of the campaign, also when they have responded already. A contact counts for a horizon.
    """
    looks = running_contacts(events, ends, contact=contact, horizon_us=horizon_us, as_of=as_of)
    return outcomes(looks, _of(events, response))


def contacts(events: Frame, ends: Frame, *, contact: str, horizon_us: int) -> Frame:
    """``customer_id, campaign_id, as_of, known_at`` of each contact: when it is known, and when its outcome is."""
    return _with_ends(_contacts(events, contact), ends, horizon_us)


def running_contacts(events: Frame, ends: Frame, *, contact: str, horizon_us: int, as_of: int) -> Frame:
    """The same of those whom a campaign that still runs had reached before ``as_of``, looked at then."""
    past = _contacts(events, contact).filter(nw.col("as_of") <= as_of)
    latest = past.group_by(*PAIR).agg(nw.col("as_of").max())
    recent = latest.filter(nw.col("as_of") < as_of, nw.col("as_of") > as_of - horizon_us)
    return _with_ends(recent.with_columns(nw.lit(as_of).cast(nw.Int64).alias("as_of")), ends, horizon_us)


def outcomes(rows: Frame, responses: Frame) -> Frame:
    """The rows of contacts, with ``y``: whether there was a response after them while there was time.

    ``responses`` holds ``customer_id, campaign_id, time, told_at``, and as known at which moments it is that
    customer's: ``[since, until)``.
    """
    now = (nw.col("since") <= nw.col("known_at")) & (nw.col("known_at") < nw.col("until"))
    after = (nw.col("time") >= nw.col("as_of")) & (nw.col("told_at") > nw.col("as_of"))
    responded = now & after & (nw.col("time") <= nw.col("known_at"))
    return (
        rows.join(responses, on=list(PAIR), how="left")
        .with_columns(nw.when(responded).then(1).otherwise(0).alias("y"))
        .group_by(*PAIR, "as_of", "known_at")
        .agg(nw.col("y").max())
    )


def _contacts(events: Frame, contact: str) -> Frame:
    complete = ~nw.any_horizontal(nw.col(*PAIR).is_null(), ignore_nulls=False)
    found = events.filter(nw.col("kind") == contact).filter(complete)
    return found.select(*PAIR, nw.col("known_at").alias("as_of")).unique()


def _with_ends(pairs: Frame, ends: Frame, horizon_us: int) -> Frame:
    """Pairs at moments with when their outcome is known; without those of which it is already."""
    horizon = nw.col("as_of") + horizon_us
    known_at = nw.when(nw.col("ends") < horizon).then(nw.col("ends")).otherwise(horizon)
    dated = pairs.join(ends, on="campaign_id", how="inner").with_columns(known_at.alias("known_at"))
    return dated.filter(nw.col("known_at") > nw.col("as_of")).select(*PAIR, "as_of", "known_at")


def _of(events: Frame, response: str) -> Frame:
    """The responses among events of people who stay who they are."""
    found = events.filter(nw.col("kind") == response).select(*PAIR, "time", told_at="known_at")
    return found.with_columns(since=nw.lit(ALWAYS), until=nw.lit(NEVER))


def contact_kinds(settings: Settings) -> tuple[str, str]:
    """The kinds of event that say that a campaign reached a customer, and that they took its offer.

    They are those of the first redemption target; without one, ``contact`` and ``redeem``.
    """
    declared = (target for target in settings.targets.values() if isinstance(target, RedemptionSettings))
    first = next(declared, RedemptionSettings(type="redemption"))
    return first.contact, first.response
