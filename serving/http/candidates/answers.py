"""The answers about candidates that people keep."""

from __future__ import annotations

from functools import partial
from itertools import zip_longest
from typing import Any

from features.errors import StamkundError
from features.moments import iso
from serving.http.candidates.etags import etag, is_met
from serving.http.candidates.sheet import Fields, Sheet
from serving.http.candidates.shop import Shop
from serving.http.candidates.telling import difference, standing
from serving.store.candidates.versions import Content, Version, change, history_of, kept_candidates
from serving.store.engine import outages_as_errors

Json = dict[str, Any]


@outages_as_errors()
def answer_candidates(shop: Shop, *, after: str, count: int) -> Json:
    """Those that are kept, by id; ``next`` is what to give as ``after`` for the next ones, null at the end."""
    kept = [each for each in kept_candidates(shop.store) if each.candidate_id > after]
    shown = kept[:count]
    return {
        "candidates": [_told(shop, each) for each in shown],
        "next": shown[-1].candidate_id if kept[count:] else None,
    }


@outages_as_errors()
def answer_candidate(shop: Shop, candidate_id: str) -> Json:
    """One candidate as it is kept now."""
    versions = history_of(shop.store, candidate_id)
    if not versions or versions[0].content is None:
        raise _unknown(candidate_id)
    return _told(shop, versions[0])


@outages_as_errors()
def answer_change(
    shop: Shop, candidate_id: str, sheet: Sheet | None, *, who: str | None, if_match: str | None
) -> tuple[Json, bool]:
    """Keep a candidate as it is written, or take it away where nothing is; and whether it is new."""
    content = None if sheet is None else sheet.content(shop.settings)
    check = partial(_check, candidate_id, content, if_match)
    before, after = change(shop.store, candidate_id, content, time=shop.settings.now(), who=who, check=check)
    return _told(shop, after), before is None


@outages_as_errors()
def answer_fields(shop: Shop, candidate_id: str, fields: Fields, *, who: str | None, if_match: str | None) -> Json:
    """Change some fields of the version that ``if_match`` names, and keep the others."""
    kept = next(iter(history_of(shop.store, candidate_id)), None)
    if kept is None or kept.content is None:
        raise _unknown(candidate_id)
    sheet = fields.over(kept.content)
    _check(candidate_id, sheet.content(shop.settings), if_match, kept)
    return answer_change(shop, candidate_id, sheet, who=who, if_match=etag(kept.version))[0]


@outages_as_errors()
def answer_history(shop: Shop, candidate_id: str) -> Json:
    """Every version of a candidate, the latest first, each with what it changed."""
    versions = history_of(shop.store, candidate_id)
    if not versions:
        raise _unknown(candidate_id)
    told = [
        {
            **_version(each),
            "candidate": each.content,
            "changes": difference({} if earlier is None else earlier.content or {}, each.content or {}),
        }
        for each, earlier in zip_longest(versions, versions[1:])
    ]
    return {"id": candidate_id, "versions": told}


def _check(candidate_id: str, content: Content | None, if_match: str | None, before: Version | None) -> None:
    """Raise the error of a change that was not made of the version that is kept."""
    if before is None:
        if if_match is not None:
            raise StamkundError("candidate_changed.gone", id=candidate_id, field="If-Match")
        if content is None:
            raise _unknown(candidate_id)
    elif content is not None and before.content == content:
        return  # whoever asks again is answered alike
    elif if_match is not None:
        if not is_met(if_match, before.version):
            raise StamkundError("candidate_changed", field="If-Match", **_conflict(before, content))
    elif content is not None:
        raise StamkundError("candidate_exists", id=candidate_id, field="If-Match", **_conflict(before, content))


def _conflict(before: Version, content: Content | None) -> Json:
    """What is kept that whoever changes it seems not to know."""
    differs = {} if content is None else difference(before.content or {}, content)
    return {"version": before.version, "fields": list(differs), "difference": differs}


def _told(shop: Shop, version: Version) -> Json:
    return {
        "id": version.candidate_id,
        **_version(version),
        "state": standing(version.content, shop.settings.now()),
        "candidate": version.content,
        "replaces": shop.elsewhere.get(version.candidate_id, []),
    }


def _version(version: Version) -> Json:
    return {"version": version.version, "changed_at": iso(version.time), "changed_by": version.who}


def _unknown(candidate_id: str) -> StamkundError:
    return StamkundError("unknown_candidate", id=candidate_id, field="candidate_id")
