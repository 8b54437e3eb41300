# ruff: noqa: E501  (one line for each mistake in a table of them)
from __future__ import annotations

from pathlib import Path

import pytest

from features.config.settings import read_settings
from features.errors import StamkundError
from features.units import DAY

HEAD = "name: Shop\nsources: {}\n"
WHOLE = """\
consent:
  default: {attribute: country, values: {US: allowed, SE: denied}, otherwise: denied}
  purposes:
    profiling: {basis: interest, gates: [profiles, training, scores]}
    personalization: {basis: consent, gates: [decisions]}
    email: {basis: consent, channel: email, confirm: double, after: Purchase, quiet: "21:00-08:00"}
  signals: {Advertising: personalization, C0002: [profiling, personalization], gpc: {deny: [personalization]}}
  minors: {attribute: birth_date, under: 16, deny: [profiling]}
privacy: {key: "${PRIVACY_KEY}", sensitive: [health], keep: {Product Viewed: 400d}}
"""
PLAIN = "consent: {purposes: {ads: {gates: [decisions]}}}\n"


def test_the_whole_section_is_read(tmp_path: Path) -> None:
    (tmp_path / "stamkund.yaml").write_text(HEAD + WHOLE)
    settings = read_settings(tmp_path / "stamkund.yaml")
    assert settings.consent is not None
    email = settings.consent.purposes["email"]
    assert (email.after, email.quiet, email.confirm) == ("order", (21 * 60, 8 * 60), "double")
    assert list(settings.consent.purposes_on("email")) == ["email"]
    assert settings.consent.granting == {
        "Advertising": ["personalization"], "C0002": ["profiling", "personalization"],
        "profiling": ["profiling"], "personalization": ["personalization"], "email": ["email"],
    }  # fmt: skip
    assert settings.consent.denying == {"gpc": ["personalization"]}
    assert settings.privacy.keep == {"view": 400 * DAY}


def test_without_the_section_there_are_no_rules(tmp_path: Path) -> None:
    (tmp_path / "stamkund.yaml").write_text(HEAD)
    assert read_settings(tmp_path / "stamkund.yaml").consent is None


@pytest.mark.parametrize(
    ("text", "code", "field", "told"),
    [
        ("consent: {}\n", "missing_key", "consent.purposes", "required"),
        (PLAIN.replace("gates", "gate"), "unknown_key", "consent.purposes.ads.gate", "did you mean 'gates'?"),
        (PLAIN.replace("decisions", "decision"), "unknown_gate", "consent.purposes.ads.gates", "did you mean 'decisions'?"),
        (PLAIN.replace("gates:", "basis: consnt, gates:"), "bad_setting", "consent.purposes.ads.basis", "'interest'"),
        (PLAIN.replace("gates:", "channel: email, gates:"), "bad_setting", "consent.purposes.ads.channel", "two purposes"),
        (PLAIN.replace("gates: [decisions]", "quiet: 21:00-08:00"), "unused_setting", "consent.purposes.ads.quiet", "channel"),
        (PLAIN.replace("gates: [decisions]", "channel: email, quiet: 9pm"), "bad_setting", "consent.purposes.ads.quiet", "21:00-08:00"),
        (PLAIN.replace("gates:", "basis: interest, after: order, gates:"), "unused_setting", "consent.purposes.ads.after", "until somebody objects"),
        (PLAIN.replace("}}}", "}}, signals: {C0002: adds}}"), "unknown_purpose", "consent.signals.C0002", "did you mean 'ads'?"),
        (PLAIN.replace("}}}", "}}, signals: {gpc: {deny: [adds]}}}"), "unknown_purpose", "consent.signals.gpc", "did you mean 'ads'?"),
        (PLAIN.replace("}}}", "}}, minors: {attribute: born, deny: [adds]}}"), "unknown_purpose", "consent.minors.deny", "did you mean 'ads'?"),
        (PLAIN.replace("{purposes", "{default: no, purposes"), "bad_setting", "consent.default", "'allowed' or 'denied'"),
        (PLAIN.replace("{purposes", "{default: {attribute: c, values: {SE: opt}}, purposes"), "bad_setting", "consent.default.values.SE", "'denied'"),
        ("privacy: {keep: {view: 400}}\n", "bad_setting", "privacy.keep.view", "28d"),
        ("privacy: {sensitiv: [health]}\n", "unknown_key", "privacy.sensitiv", "did you mean 'sensitive'?"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_by_key_and_nearest_name(tmp_path: Path, text: str, code: str, field: str, told: str) -> None:
    (tmp_path / "stamkund.yaml").write_text(HEAD + text)
    with pytest.raises(StamkundError) as caught:
        read_settings(tmp_path / "stamkund.yaml")
    assert (caught.value.code, caught.value.field) == (code, field)
    assert told in str(caught.value)
