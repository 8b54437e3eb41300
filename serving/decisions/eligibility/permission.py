"""Whether anything may be chosen for a person, or sent to them, by what they allow."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from features.config.sections.consent import Purpose
from features.evaluate.online.consent import Consent
from features.moments import utc
from serving.decisions.eligibility.checks import NO_CONSENT, NO_PERMISSION, QUIET_HOURS


def barrier(consent: Consent, channel: object, *, timezone: str) -> str | None:
    """The reason that keeps every offer from a person on a channel, as a code; None where there is none.

    On a channel that no purpose is about, such as a web page, nothing needs a permission.
    """
    purposes = consent.rules.settings.purposes_on(str(channel))
    allowed = [purpose for name, purpose in purposes.items() if consent.of(name, purpose).allowed]
    if purposes and not allowed:
        return NO_PERMISSION
    if allowed and all(is_quiet(purpose, consent.as_of, timezone) for purpose in allowed):
        return QUIET_HOURS
    return None if consent.passes("decisions") else NO_CONSENT


def is_quiet(purpose: Purpose, moment: int, timezone: str) -> bool:
    """Whether a moment (µs) lies in the hours in which nothing is sent for a purpose.

    >>> night = Purpose(channel="email", quiet="21:00-08:00")
    >>> [is_quiet(night, hour * 3_600_000_000, "Europe/Stockholm") for hour in (6, 7, 19, 20)]
    [True, False, False, True]
    """
    if purpose.quiet is None:
        return False
    local = utc(moment).astimezone(ZoneInfo(timezone))
    minute, (start, end) = 60 * local.hour + local.minute, purpose.quiet
    return start <= minute < end if start < end else minute >= start or minute < end
