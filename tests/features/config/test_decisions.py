# ruff: noqa: E501  (one line for each mistake in a table of them)
"""What the block of decisions may say, and how a mistake in it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.config.settings import Settings, read_settings
from features.errors import StamkundError

FILE = """
name: Shop
sources:
  coupons: {table: offers, from: coupons.csv, columns: {offer_id: id, brand: brand}}
targets: {lapse: {type: lapse}}
consent: {purposes: {email: {channel: email}}}
decisions:
  context: {weather: text}
  traits: {tier: text}
  candidates:
    columns: {brand: text}
    membership: contacted
    campaigns: {spring: anyone}
    generate:
      teas: {when: 'item.category == "Tea" && item.price - item.cost > 1', most: 10, group: tea}
  placements:
    hero: {count: 2, types: [offer, item], formats: [banner]}
  rules:
    likely_to_leave: scores.lapse > 0.5 && consent.email
    rain: {about: 'candidate.brand == "Wet"', when: 'context.weather == "rain"', text: {en: Only in the rain, sv: Bara i regn}}
    regulars: 'features.orders_90d >= 3 && traits.tier != "basic"'
"""


def settings_of(folder: Path, text: str) -> Settings:
    file = folder / "stamkund.yaml"
    file.write_text(text)
    return read_settings(file)


def test_decisions_are_declared_in_one_block(tmp_path: Path) -> None:
    decisions = settings_of(tmp_path, FILE).decisions
    assert decisions is not None
    assert list(decisions.rules) == ["likely_to_leave", "rain", "regulars"]
    assert decisions.rules["likely_to_leave"].when == "scores.lapse > 0.5 && consent.email"
    assert [decisions.rules["rain"].told(language) for language in ("en", "sv")] == ["Only in the rain", "Bara i regn"]
    assert decisions.placements["hero"].types == ["offer", "item"]


@pytest.mark.parametrize("block", ["", "decisions:"])
def test_nothing_has_to_be_declared(tmp_path: Path, block: str) -> None:
    decisions = settings_of(tmp_path, f"name: Shop\nsources: {{}}\n{block}\n").decisions
    assert (decisions is None) == (not block)


@pytest.mark.parametrize(
    ("right", "wrong", "code", "field", "part"),
    [
        ("placements:", "placement:", "unknown_key", "decisions.placement", "did you mean 'placements'?"),
        ("types: [offer, item]", "types: [ofer]", "bad_setting", "decisions.placements.hero.types.0", "'offer'"),
        ("count: 2", "count: 0", "bad_setting", "decisions.placements.hero.count", "at least 1"),
        ("scores.lapse", "scores.laps", "unknown_name", "decisions.rules.likely_to_leave.when", "did you mean 'scores.lapse'?"),
        ("consent.email", "consent.sms", "unknown_name", "decisions.rules.likely_to_leave.when", "Known: consent.email"),
        ("context.weather ==", "context.wether ==", "unknown_name", "decisions.rules.rain.when", "'context.weather'"),
        ("candidate.brand ==", "candidate.brand >", "bad_type", "decisions.rules.rain.about", "Only numbers and times"),
        ("about: 'candidate.brand == \"Wet\"'", "about: consent.email", "bad_rule", "decisions.rules.rain.about", "only"),
        ("traits.tier != ", "traits.tier ! ", "bad_rule", "decisions.rules.regulars.when", "at character 41"),
        ("item.category", "item.categories", "unknown_name", "decisions.candidates.generate.teas.when", "'item.category'"),
        ("brand: brand", "brnd: brand", "unknown_column", "sources.coupons.columns.brnd", "did you mean 'brand'?"),
        ("columns: {brand: text}", "columns: {value: number}", "unused_setting", "decisions.candidates.columns.value", "away"),
        ("membership: contacted", "membership: all", "bad_setting", "decisions.candidates.membership", "'anyone'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, right: str, wrong: str, code: str, field: str, part: str
) -> None:
    assert right in FILE
    with pytest.raises(StamkundError) as refused:
        settings_of(tmp_path, FILE.replace(right, wrong))
    assert (refused.value.code, refused.value.field) == (code, field)
    assert part in str(refused.value)
    assert "stamkund.yaml:" in str(refused.value)


@pytest.mark.parametrize(
    ("section", "entry", "code", "field", "part"),
    [
        ("caps", "{limit: 1, among: seasnal}", "unknown_group", "caps.it.among", "did you mean 'seasonal'?"),
        ("rests", "{after: click, among: food, rest: 1d}", "unknown_group", "rests.it.among", "seasonal"),
        ("budgets", "{amount: 5, group: seasonal}", "bad_setting", "budgets.it.group", "`among: seasonal`"),
        ("caps", "{limit: 1, tags: hot}", "unknown_key", "caps.it.tags", "did you mean 'tag'?"),
        ("caps", "{limit: 1, each: tag}", "bad_setting", "caps.it.each", "'group'"),
        ("caps", "{limit: 1, each: group, distinct: group}", "bad_setting", "caps.it.distinct", "there is only one"),
    ],
)  # fmt: skip
def test_what_a_cap_is_about_is_told_apart(
    tmp_path: Path, section: str, entry: str, code: str, field: str, part: str
) -> None:
    text = "name: Shop\nsources: {}\ndecisions:\n  groups: {seasonal: {tag: [spring, easter], issue: win}}\n"
    with pytest.raises(StamkundError) as refused:
        settings_of(tmp_path, f"{text}  {section}: {{it: {entry}}}\n")
    assert (refused.value.code, field in str(refused.value.field), part in str(refused.value)) == (code, True, True)


TARGETS = """
targets:
  lapse: {type: lapse}
  mens_uplift: {type: uplift, treated: {event: contact}, control: {event: holdout}, randomised: true}
  worth: {type: uplift, treated: {event: contact}, control: {event: holdout}, randomised: true, measure: value}
decisions:
"""


@pytest.mark.parametrize(
    ("declared", "code", "field", "part"),
    [
        ("arbitration: {uplift: {mens_upift: {campaign: mens}}}", "unknown_target", "arbitration.uplift.mens_upift", "did you mean 'mens_uplift'?"),
        ("arbitration: {uplift: {lapse: {campaign: mens}}}", "unknown_target", "arbitration.uplift.lapse", "target of type uplift 'lapse'"),
        ("arbitration: {uplift: {worth: {campaign: mens}}}", "bad_setting", "arbitration.uplift.worth", "`formula: scores.worth`"),
        ("arbitration: {uplift: {mens_uplift: {campain: mens}}}", "unknown_key", "arbitration.uplift.mens_uplift.campain", "did you mean 'campaign'?"),
        ("arbitration: {uplift: {mens_uplift: mens}}", "bad_setting", "arbitration.uplift.mens_uplift", "a dictionary"),
        ("arbitration: {by: priority, uplift: {mens_uplift: {}}}", "unused_setting", "arbitration.uplift", "`by: priority`"),
        ("arbitration: {factors: [value], uplift: {mens_uplift: {}}}", "unused_setting", "arbitration.uplift", "without `propensity`"),
        ("{exploration: {by: thompson}, arbitration: {uplift: {mens_uplift: {}}}}", "bad_setting", "exploration.by", "explore a `share`"),
    ],
)  # fmt: skip
def test_only_a_target_of_uplift_that_tells_a_chance_is_ranked_by(
    tmp_path: Path, declared: str, code: str, field: str, part: str
) -> None:
    with pytest.raises(StamkundError) as refused:
        settings_of(tmp_path, f"name: Shop\nsources: {{}}{TARGETS}  {declared}\n")
    assert (refused.value.code, refused.value.field) == (code, f"decisions.{field}")
    assert part in str(refused.value)
    settings_of(
        tmp_path, f"name: Shop\nsources: {{}}{TARGETS}  arbitration: {{uplift: {{mens_uplift: {{type: offer}}}}}}\n"
    )
