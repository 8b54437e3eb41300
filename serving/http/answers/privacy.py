"""The answers to people's own rights: everything that is held of them, and its erasure."""

from __future__ import annotations

from dataclasses import asdict

from features.moments import iso
from features.privacy.pseudonyms import stored_node
from serving.http.answers.customers import moment_of
from serving.http.answers.head import head
from serving.http.answers.profiles import profile_of
from serving.http.current.state import State
from serving.privacy.erasure import erase
from serving.privacy.inventory import access
from serving.store.engine import outages_as_errors
from serving.store.erasures.receipts import Receipt

Json = dict[str, object]


@outages_as_errors()
def answer_export(state: State, key: str) -> Json:
    """Everything that is held of the person with the key ``id_type:id``."""
    profile = profile_of(key)
    held = access(state.settings, state.store, stored_node(state.settings, profile.id_type, profile.id))
    return head(state, moment_of(state, None)) | held


@outages_as_errors()
def answer_erasure(state: State, key: str, *, suppress: bool) -> Json:
    """Erase the person with the key ``id_type:id``; the receipt."""
    profile = profile_of(key)
    person = stored_node(state.settings, profile.id_type, profile.id)
    (receipt,) = erase(state.settings, [person], suppress=suppress, store=state.store)
    return receipt_answer(receipt)


def receipt_answer(receipt: Receipt) -> Json:
    """A receipt as JSON."""
    elsewhere = {place: iso(time) for place, time in receipt.elsewhere.items()}
    return asdict(receipt) | {"erased_at": iso(receipt.erased_at), "elsewhere": elsewhere}
