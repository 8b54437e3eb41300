"""The section `identity`: what it says by default, and what is refused."""

# ruff: noqa: E501  (one line for each mistake in a table of them)
from __future__ import annotations

from pathlib import Path

import pytest

from features.config.sections.identity import IdentitySettings
from features.config.settings import Settings, read_settings
from features.errors import StamkundError
from features.hashes import pseudonym


def settings_of(folder: Path, text: str) -> Settings:
    (folder / "stamkund.yaml").write_text(f"name: Shop\nsources: {{}}\n{text}", encoding="utf-8")
    return read_settings(folder / "stamkund.yaml")


def test_there_is_no_identity_unless_it_is_declared_and_its_name_alone_declares_the_defaults(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "").identity is None
    declared = settings_of(tmp_path, "identity:").identity
    assert declared == settings_of(tmp_path, "identity: {}").identity == IdentitySettings()
    assert declared
    assert {name: (kind.per_person, kind.people) for name, kind in declared.types.items()} == {
        "user_id": (1, None), "email": (5, 1), "phone": (5, 1), "anonymous_id": (None, 1),
    }  # fmt: skip


def test_the_order_of_the_types_is_kept_and_numbers_are_ids(tmp_path: Path) -> None:
    text = "identity: {types: {card: {people: 2}, user_id: {}}, block: [0, null]}"
    identity = settings_of(tmp_path, text).identity
    assert identity
    assert (list(identity.types), identity.block) == (["card", "user_id"], ("0", "null"))


@pytest.mark.parametrize(
    ("text", "code", "field", "told"),
    [
        ("{type: {}}", "unknown_key", "identity.type", "Unknown key 'type'; did you mean 'types'?"),
        ("{types: {user_id: {per_persn: 1}}}", "unknown_key", "identity.types.user_id.per_persn", "did you mean 'per_person'?"),
        ("{types: {user_id: {per_person: 0}}}", "bad_setting", "identity.types.user_id.per_person", "at least 1, not 0"),
        ("{types: {user_id: {per_person: 5000}}}", "bad_setting", "identity.types.user_id.per_person", "at most 1000"),
        ("{types: {user_id: {}, email: {form: mail}}}", "bad_setting", "identity.types.email.form", "'text', 'email' or 'phone'"),
        ("{types: {email: {}}}", "missing_key", "identity.types", "user_id: {per_person: 1}"),
        ("{types: {user_id: {people: 1}}}", "unused_setting", "identity.types.user_id.people", "that user's"),
        ("{types: {user_id: {}, E-mail: {}}}", "bad_name", "identity.types.E-mail", "small letters"),
        ("{types: {user_id: {}, phone: {form: phone, region: SWE}}}", "unknown_region", "identity.types.phone.region", "did you mean"),
        ("{types: {user_id: {}, card: {region: SE}}}", "unused_setting", "identity.types.card.region", "`form: phone`"),
        ("{types: {user_id: {hashed: true}}}", "unused_setting", "identity.types.user_id.hashed", "names of customers"),
        ("{types: {user_id: {}, anonymous_id: {hashed: true}}}", "unused_setting", "identity.types.anonymous_id.hashed", "alias"),
        ("5", "bad_setting", "identity", "a dictionary"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_its_key_and_the_nearest_name(
    tmp_path: Path, text: str, code: str, field: str, told: str
) -> None:
    with pytest.raises(StamkundError) as caught:
        settings_of(tmp_path, f"identity: {text}")
    assert (caught.value.code, caught.value.field) == (code, field)
    assert str(caught.value).startswith("stamkund.yaml:3: ")
    assert told in str(caught.value)


HASHED = "identity: {types: {user_id: {}, email: {hashed: true}}, block: [Info@Shop.example]}\n"
CRM = """\
sources:
  crm: {from: crm.csv, table: customers, columns: {customer_id: id, %s: %s}, ids: {email: %s}}
"""


@pytest.mark.parametrize(
    ("text", "code", "field", "told"),
    [
        (HASHED, "missing_key", "privacy.key", 'privacy: {key: "${PRIVACY_KEY}"}'),
        (HASHED + "privacy: {key: short}", "weak_key", "privacy.key", "5 characters: take 16"),
        (HASHED + "privacy: {key: '${NO_KEY_AT_ALL}'}", "missing_environment_variable", "privacy.key", "Export it first"),
        (HASHED + "privacy: {key: 0123456789abcdef}\n" + CRM % ("contact", "Mail", '\'"mail"\''), "readable_identifier", "sources.crm.columns.contact", "take `contact` away"),
        (HASHED + "privacy: {key: 0123456789abcdef}\n" + CRM % ("customer_id2", "id", "id"), "readable_identifier", "sources.crm.columns.customer_id", "keep it readable"),
    ],
)  # fmt: skip
def test_what_cannot_be_hashed_is_refused_when_settings_are_read(
    tmp_path: Path, text: str, code: str, field: str, told: str
) -> None:
    with pytest.raises(StamkundError) as caught:
        read_settings_of(tmp_path, text)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert told in str(caught.value)


def test_an_attribute_that_is_called_like_a_hashed_type_is_hashed_too_and_so_are_values_to_block(
    tmp_path: Path,
) -> None:
    text = HASHED + "privacy: {key: 0123456789abcdef}\n" + CRM % ("email", "mail", "mail")
    identity = read_settings_of(tmp_path, text).identity
    assert identity is not None
    assert identity.blocked == ["info@shop.example", pseudonym(b"0123456789abcdef", "email:info@shop.example")]


def read_settings_of(folder: Path, text: str) -> Settings:
    """Settings with sources of their own, or none."""
    sources = "" if "sources:" in text else "sources: {}\n"
    (folder / "stamkund.yaml").write_text(f"name: Shop\n{sources}{text}", encoding="utf-8")
    return read_settings(folder / "stamkund.yaml")
