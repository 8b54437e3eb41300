"""The answers to who asks, and to how fresh is what answers."""

from __future__ import annotations

from importlib.metadata import version

from features.moments import iso
from serving.http.current.state import State
from serving.store.builds import lake_version
from serving.store.engine import meta, outages_as_errors
from serving.store.event_log import events_after
from serving.store.keys import SCOPES, Key


def answer_me(key: Key | None) -> dict[str, object]:
    """The key that a request brought and what it opens; without keys this machine may ask everything."""
    if key is None:
        return {"key": None, "scopes": list(SCOPES)}
    scopes = [scope for scope in SCOPES if key.allows(scope)]
    expires = None if key.expires is None else iso(key.expires)
    told = {"id": key.id, "name": key.name, "created": iso(key.created), "expires": expires}
    return {"key": told, "scopes": scopes}


@outages_as_errors()
def answer_status(state: State) -> dict[str, object]:
    """How fresh build and models are, and how many events came since the build."""
    return {
        "as_of": iso(state.settings.now()),
        "version": version("stamkund"),
        "company": state.settings.name,
        "build": _build(state),
        "models": _models(state),
        "unanswered": _unanswered(state),
    }


def _build(state: State) -> dict[str, object] | None:
    """The last build whose records the store holds; None before the first."""
    last = meta(state.store)
    if "as_of" not in last:
        return None
    since = events_after(state.store, int(last["log_seq"]))
    return {
        "as_of": iso(int(last["as_of"])),
        "lake": lake_version(last["lake"]),
        "records": int(last["records"]),
        "events_since": since,
    }


def _models(state: State) -> list[dict[str, object]]:
    lineup = state.lineup
    models = () if lineup is None else lineup.models.values()
    return [{"name": m.name, "version": m.version, "type": m.target.type, "as_of": iso(m.as_of)} for m in models]


def _unanswered(state: State) -> list[dict[str, str]]:
    """The declared targets of which no model answers, each with the code of why."""
    lineup = state.lineup
    return [] if lineup is None else [{"name": n, "code": lineup.why_silent(n)} for n in lineup.unanswered]
