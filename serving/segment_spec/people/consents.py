"""What a message says that may be done: the signals of consent tools in its context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from features.addresses import BLANKS
from features.errors import StamkundError
from features.events.statements.stances import is_yes
from features.events.statements.statement import ALL
from serving.segment_spec.event.fields import Message, display

GPC: Final = "gpc"  # the Global Privacy Control of a browser
# Of Google's consent mode, which stand beside the categories.
_GOOGLE: Final = frozenset({"ad_personalization", "ad_storage", "ad_user_data", "analytics_storage"})


def consents_of(context: Message) -> str | None:
    """Each signal that came, as JSON, and whether it was given; None when none came, ``{}`` when all are denied.

    Where all are denied and others came beside, the signal ``*`` stands for all.

    >>> consents_of({"consent": {"categoryPreferences": {"Advertising": False}}, "globalPrivacyControl": True})
    '{"Advertising":false,"gpc":true}'
    >>> consents_of({"consentManagement": {"allowedConsentIds": ["C0002"], "deniedConsentIds": ["C0004"]}})
    '{"C0002":true,"C0004":false}'
    >>> consents_of({"consent": {"categoryPreferences": {}}}), consents_of({"consent": {}}), consents_of({})
    ('{}', None, None)
    >>> consents_of({"consent": {"categoryPreferences": {}}, "gpc": True})
    '{"*":false,"gpc":true}'
    """
    if not _NAMES & context.keys():  # as in most messages
        return None
    parts = [_of_consent(context), _of_lists(context), _of_browser(context)]
    told = [part for part in parts if part is not None]
    if not told:
        return None
    signals = {name: answer for part in told for name, answer in part.items()}
    if signals and any(not part for part in told):
        signals[ALL] = False
    return orjson.dumps(signals, option=orjson.OPT_SORT_KEYS).decode()


_NAMES: Final = frozenset({"consent", "consentManagement", GPC, "globalPrivacyControl"})


def _of_consent(context: Message) -> dict[str, bool] | None:
    """The preferences by category, and beside them what is said as ``ad_personalization: granted``."""
    consent = _object(context.get("consent"), "context.consent")
    categories = consent.get("categoryPreferences")
    others = {name: value for name, value in consent.items() if name in _GOOGLE or _read(value) is not None}
    signals = {name: _answer(value, f"context.consent.{name}") for name, value in others.items()}
    if categories is None:
        return signals or None
    at = "context.consent.categoryPreferences"
    of_categories = _object(categories, at)
    _names([*of_categories], at)
    return signals | {name: _answer(value, f"{at}.{name}") for name, value in of_categories.items()}


def _of_lists(context: Message) -> dict[str, bool] | None:
    """What is allowed and what is denied, in lists of their own; what is in both is denied."""
    management = _object(context.get("consentManagement"), "context.consentManagement")
    lists = {True: management.get("allowedConsentIds"), False: management.get("deniedConsentIds")}
    if all(names is None for names in lists.values()):
        return None
    at = "context.consentManagement"
    return {name: answer for answer, names in lists.items() for name in _names(names, at)}


def _of_browser(context: Message) -> dict[str, bool] | None:
    given = [name for name in (GPC, "globalPrivacyControl") if context.get(name) is not None]
    return {GPC: any(_answer(context[name], f"context.{name}") for name in given)} if given else None


def _names(names: object, at: str) -> list[str]:
    if names is None:
        return []
    if not isinstance(names, Sequence) or isinstance(names, str) or not all(map(_is_name, names)):
        raise StamkundError("bad_consent.names", at=at, value=display(names), field=at)
    return list(names)


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name.strip(BLANKS))


def _object(value: object, at: str) -> Message:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise StamkundError("bad_consent.object", at=at, value=display(value), field=at)
    return value


def _answer(value: object, at: str) -> bool:
    """Whether a signal was given."""
    answer = _read(value)
    if answer is None:
        raise StamkundError("bad_consent", at=at, value=display(value), field=at)
    return answer


def _read(value: object) -> bool | None:
    """An answer in one of its forms; None for what is none."""
    if isinstance(value, str):
        return is_yes(value)
    return bool(value) if isinstance(value, int) and value in (0, 1) else None
