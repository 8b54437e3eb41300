"""Pseudonyms: one of each identifier, however it is written, and wherever it stands in an event."""

from __future__ import annotations

import hashlib
import hmac

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.config.sections.identifier_type import IdentifierType
from features.hashes import keyed_hash
from features.privacy.pseudonyms import Pseudonyms
from features.privacy.tombstones import Tombstones

KEY = b"0123456789abcdef"
PSEUDONYMS = Pseudonyms(
    KEY,
    {
        "email": IdentifierType(form="email"),
        "phone": IdentifierType(form="phone", region="SE"),
        "card": IdentifierType(),
    },
)
MAILS = ("anna@x.se", " ANNA@x.se ", "Anna <anna@X.se>", "mailto:anna@x.se")
PHONES = ("+46709988776", "070-99 88 776", "0046 70 9988776", "+46 (0)70 998 87 76", "tel:0709988776")
SECRET = ("anna", "9988776", "99 88 776", "998 87 76", "A-7")
Json = st.recursive(
    st.sampled_from([*MAILS, *PHONES, 46709988776, "tea", 5, 2.5, None, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "email", "Phone"]), inner),
    max_leaves=8,
)


def told(id_type: str, value: str) -> str:
    """What HMAC-SHA256 makes of the node, by the library alone."""
    return f"hmac:{hmac.new(KEY, f'{id_type}:{value}'.encode(), hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize(
    ("id_type", "spellings", "plain"),
    [("email", MAILS, "anna@x.se"), ("phone", PHONES, "+46709988776"), ("card", ("A-7",), "A-7")],
)
def test_all_spellings_have_one_pseudonym_which_stays(id_type: str, spellings: tuple[str, ...], plain: str) -> None:
    expected = told(id_type, plain)
    assert {PSEUDONYMS.value(id_type, each) for each in spellings} == {expected}
    assert PSEUDONYMS.value(id_type, expected) == expected


@pytest.mark.parametrize(
    ("id_type", "value", "stored"),
    [
        ("email", "no-reply@x.se", "nobody"),
        ("email", "anna at x.se", "nobody"),
        ("phone", "000-000", "nobody"),
        ("card", "Guest", "nobody"),
        ("user_id", "anna@x.se", "anna@x.se"),
        ("email", "anna@x.se; no-reply@x.se; bo@x.se", f"{told('email', 'anna@x.se')};{told('email', 'bo@x.se')}"),
    ],
)
def test_what_is_nobodys_is_told_as_that_and_several_addresses_are_each_hashed(
    id_type: str, value: str, stored: str
) -> None:
    assert PSEUDONYMS.values(id_type, value) == stored


@given(Json, st.sampled_from(MAILS), st.sampled_from(PHONES))
def test_no_address_of_an_event_is_readable_anywhere_in_it(within: object, mail: str, phone: str) -> None:
    ids = orjson.dumps({"card": "A-7", "email": mail, "phone": phone}).decode()
    event: dict[str, object] = {
        "id_type": "user_id", "id": "7", "fragment": "7", "ids": ids, "text": mail, "session_id": phone,
        "properties": orjson.dumps({"more": within, "Card": "A-7", "size": 9}).decode(), "time": 46709988776,
    }  # fmt: skip
    now = PSEUDONYMS.of_event(event)
    text = orjson.dumps({name: value for name, value in now.items() if name != "time"}).decode().lower()
    assert not [secret for secret in SECRET if secret.lower() in text]
    assert (now["fragment"], now["time"]) == ("7", 46709988776)
    assert orjson.loads(str(now["properties"]))["size"] == 9
    assert PSEUDONYMS.of_event(now) == now


def test_a_tombstone_of_a_readable_identifier_is_one_of_its_pseudonym_too() -> None:
    tombstones = Tombstones(KEY, {keyed_hash(KEY, "email:anna@x.se"): 5})
    assert tombstones.until(f"email:{told('email', 'anna@x.se')}") == 5
    assert tombstones.until(f"email:{told('email', 'bo@x.se')}") is None
