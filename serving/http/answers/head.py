"""What every answer about customers begins with: of which moment it is, and what it is made from."""

from __future__ import annotations

from features.moments import iso
from serving.http.answers.customers import Moment
from serving.http.current.state import State
from serving.store.builds import last_build

Json = dict[str, object]


def head(state: State, moment: Moment) -> Json:
    """The moment, the build, and the currency of all amounts and figures of money in the answer."""
    return {"as_of": iso(moment.as_of), "build": _build(state, moment), "currency": state.settings.currency}


def _build(state: State, moment: Moment) -> Json | None:
    """The build whose records are told, or of the past, the lake; None before the first."""
    last = last_build(state.store)
    if last is None:
        return None
    return {"as_of": iso(last.as_of), "lake": state.lake.version if moment.is_past else last.lake}
