"""What may be declared of segments, and what is refused with what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from features.config.sections.insights.segments import SegmentSettings, segment_rules
from features.config.settings import Settings, read_settings
from features.errors import StamkundError
from features.language.rules.types import Names


def settings(folder: Path, **segments: object) -> Settings:
    purposes = {"purposes": {"news": {"channel": "email"}}}
    targets = {"lapse": {"type": "lapse", "horizon": "28d"}}
    told = {"name": "x", "sources": {}, "targets": targets, "consent": purposes, "segments": segments}
    told["journeys"] = {"tea": {"steps": ["view", "order"], "within": "14d"}}
    (folder / "stamkund.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    return read_settings(folder / "stamkund.yaml")


@pytest.mark.parametrize(
    ("segments", "code", "words"),
    [
        ({"a": {"scores.laps": {"above": 0.5}}}, "unknown_name", "did you mean 'scores.lapse'?"),
        ({"a": "consent.newz"}, "unknown_name", "did you mean 'consent.news'?"),
        ({"a": "segments.b", "bb": "true"}, "unknown_name", "did you mean 'segments.bb'"),
        ({"a": "!segments.b", "b": "segments.c", "c": "segments.a || true"}, "segment_of_itself", "a → b → c → a"),
        ({"a": {}}, "no_condition", "stage: loyal"),
        ({"a": {"orders": {"atleast": 3}}}, "unknown_bound", "did you mean 'at_least'?"),
        ({"a": "candidate.value > 3"}, "unknown_name", "and not of 'candidate'"),
        ({"a": "features.orders_90d = 3"}, "bad_rule", "write =="),
        ({"a": "scores.lapse + 3"}, "bad_type", "A rule is true or false"),
        ({"a": {"journeys.te.view": "dropped"}}, "unknown_name", "did you mean 'journeys.tea.view'?"),
        ({"a": {"journeys.tea.views": "dropped"}}, "unknown_name", "did you mean 'journeys.tea.view'?"),
        (
            {"a": {"journeys.tea.view": "droped"}},
            "unknown_name",
            "did you mean 'dropped'? Known: dropped, open, went_on",
        ),
        ({"a": 'journeys.tea.order in ["dropped"]'}, "unknown_name", "Known: converted. It is at character 24"),
        ({"a": 'journeys.tea.days_since_view == "dropped"'}, "bad_type", "A number is never compared with a text"),
        ({"a": "journeys.tea"}, "unknown_name", "journeys.tea.view"),
        ({"a": {"journeys.purchase.cart": "dropped"}}, "unknown_name", "declare 'purchase' under `journeys:`"),
    ],
)
def test_what_is_no_segment_is_refused(tmp_path: Path, segments: dict[str, object], code: str, words: str) -> None:
    with pytest.raises(StamkundError) as error:
        settings(tmp_path, **segments)
    assert error.value.code == code
    assert words in str(error.value)
    assert "segments.a" in str(error.value)


NAMES = Names({
    "features": {"orders_90d": "number", "stage": "text"}, "scores": {"lapse": "number"},
    "consent": {"news": "boolean"},
    "traits": {"city": "text", "born": "moment", "tags": "list", "kids": "text"},
})  # fmt: skip


@pytest.mark.parametrize(
    ("conditions", "rule"),
    [
        ({"stage": ["new", "loyal"]}, 'features.stage in ["new", "loyal"]'),
        ({"city": {"not": ["Oslo", 7]}}, '!(traits.city in ["Oslo", "7"])'),
        ({"lapse": {"above": 0.5, "at_most": 1}}, "scores.lapse > 0.5 && scores.lapse <= 1"),
        ({"news": False, "tags": ["vip", "old"]}, '!consent.news && "vip" in traits.tags && "old" in traits.tags'),
        ({"born": {"below": date(2000, 1, 1)}}, 'traits.born < timestamp("2000-01-01")'),
        ({"born": {"below": "2000-01-01T10:00:00"}}, 'traits.born < timestamp("2000-01-01T10:00:00")'),
        ({"kids": 2, "traits.city": 'a"b'}, 'traits.kids == "2" && traits.city == "a\\"b"'),
    ],
)
def test_conditions_are_a_rule_and_names_by_themselves_are_found(conditions: dict[str, object], rule: str) -> None:
    assert SegmentSettings(conditions=conditions).rule(NAMES) == rule
    assert list(segment_rules({"a": SegmentSettings(conditions=conditions)}, NAMES)) == ["a"]


def test_others_are_read_before_the_segments_that_speak_of_them(tmp_path: Path) -> None:
    declared = settings(tmp_path, a="!segments.b", b="segments.c", c="consent.news")
    assert list(segment_rules(declared.segments, declared.rule_names)) == ["c", "b", "a"]
