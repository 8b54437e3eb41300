# ruff: noqa: E501  (one line for each mistake in a table of them)
"""Whatever is of a wrong type in the settings is told by line, key, what came and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.config.settings import read_settings
from features.errors import StamkundError

DICTIONARY, MOMENT = (
    "a dictionary of keys and values",
    "is not a moment; give ISO 8601, e.g. 2017-12-03 or 2017-12-03T18:00:00+01:00.",
)


def refused(folder: Path, line: str) -> StamkundError:
    """The error of a file whose third line is wrong."""
    head = "name: Shop\n" + ("sources: {}\n" if not line.startswith("sources") else "currency: EUR\n")
    (folder / "stamkund.yaml").write_text(head + line, encoding="utf-8")
    with pytest.raises(StamkundError) as caught:
        read_settings(folder / "stamkund.yaml")
    return caught.value


def source(**changes: str) -> str:
    """A line with a source that says these things otherwise."""
    said = {"from": "o.csv", "kind": "order", "columns": "{id: a, time: b}"} | changes
    return f"sources: {{a: {{{', '.join(f'{key}: {value}' for key, value in said.items())}}}}}"


@pytest.mark.parametrize(
    ("line", "field", "told"),
    [
        ("sources: 5", "sources", f"this must be {DICTIONARY}, not 5."),
        ("sources: [a]", "sources", f"this must be {DICTIONARY}, not ['a']."),
        ("sources: {a: 5}", "sources.a", f"this must be {DICTIONARY}, not 5."),
        (source(**{"from": "5"}), "sources.a.from", f"this must be a text or {DICTIONARY}, not 5."),
        (source(**{"from": "~"}), "sources.a.from", f"this must be a text or {DICTIONARY}, not null."),
        (source(**{"from": "[a.csv]"}), "sources.a.from", f"this must be a text or {DICTIONARY}, not ['a.csv']."),
        (source(**{"from": "{b: 5}"}), "sources.a.from.b", "this must be a text, not 5."),
        (source(kind="[order]"), "sources.a.kind", "this must be a text, not ['order']."),
        (source(kind="'!?'"), "sources.a.kind", "'!?' names no kind of event: it has no letters and digits."),
        ("features: {add: {x: {take: sum, kind: ''}}}", "features.add.x.kind", "'' names no kind of event: it has no letters and digits."),
        ("features: {add: {x: {take: ratio, kind: a, over: {kind: 5}}}}", "features.add.x.over", "this must be a text or a list, not 5."),
        (source(columns="5"), "sources.a.columns", f"this must be {DICTIONARY}, not 5."),
        (source(columns="{id: [a], time: b}"), "sources.a.columns.id", "this must be a text, not ['a']."),
        (source(columns="{id: '', time: b}"), "sources.a.columns.id", "this must be a text that is not empty, not ''."),
        (source(table="5"), "sources.a.table", "this must be 'events', 'items', 'customers', 'offers' or 'snapshots', not 5."),
        ("clock: noon", "clock", f"'noon' {MOMENT}"),
        ("clock: 20171203", "clock", f"20171203 {MOMENT}"),
        ("minor_units: two", "minor_units", "this must be a whole number, not 'two'."),
        ("minor_units: yes", "minor_units", "this must be a whole number, not true."),
        ("minor_units: 2.5", "minor_units", "this must be a whole number, not 2.5."),
        ("minor_units: 9", "minor_units", "this must be at most 4, not 9."),
        ("currency: dollars", "currency", "this must be a text of the form ^[A-Z]{3}$, not 'dollars'."),
        ("home: 5", "home", "this must be a path, not 5."),
        ("targets: {a: 5}", "targets.a", f"this must be {DICTIONARY}, not 5."),
        ("targets: {a: {type: laps}}", "targets.a", "this must be of a `type` among 'lapse', 'spend', 'orders', 'margin', 'event', 'subscription_end', 'redemption', 'outcome', 'uplift', not 'laps'."),
        ("targets: {a: {type: lapse, event: 5}}", "targets.a.event", "this must be a text, not 5."),
        ("targets: {a: {type: lapse, horizon: 28}}", "targets.a.horizon", "28 is not a duration such as 28d, 12h or 8w (units: s, m, h, d, w)."),
        ("gate: {slope: 5}", "gate.slope", "this must be a list, not 5."),
        ("gate: {slope: [0.8]}", "gate.slope", "item 2 of this list is missing."),
        ("gate: {slope: [1, 2, 3]}", "gate.slope", "this must be a list of at most 2, not [1, 2, 3]."),
        ("gate: {slope: [0.8, b]}", "gate.slope.1", "this must be a number, not 'b'."),
        ("clv: {discount: 10%}", "clv.discount", "this must be a number, not '10%'."),
        ("clv: {discount: 10}", "clv.discount", "this must be at most 1.0, not 10."),
        ("gate: {confidence: 2}", "gate.confidence", "this must be less than 1.0, not 2."),
        ("features: {fitted_at: 5}", "features.fitted_at", f"5 {MOMENT}"),
        ("features: {add: {x: {take: sum, kind: 5}}}", "features.add.x.kind", "this must be a text or a list, not 5."),
        ("features: {add: {x: {take: sum, kind: [5]}}}", "features.add.x.kind.0", "this must be a text, not 5."),
        ("features: {add: {x: {take: sum, kind: a, windows: [[1]]}}}", "features.add.x.windows.0", "this must be a whole number or a text, not [1]."),
        ("serving: {models: 5}", "serving.models", "this must be 'registry' or 'carried', not 5."),
    ],
)  # fmt: skip
def test_a_wrong_type_is_told_by_line_key_what_came_and_what_is_allowed(
    tmp_path: Path, line: str, field: str, told: str
) -> None:
    error = refused(tmp_path, line)
    assert str(error) == f"stamkund.yaml:3: {field}: {told}"
    assert (error.code, error.field) == ("bad_setting", field)


def test_a_target_without_a_type_is_told_the_types_that_there_are(tmp_path: Path) -> None:
    error = refused(tmp_path, "targets: {a: {}}")
    told = "stamkund.yaml:3: targets.a.type: this key is required: 'lapse' or 'spend' or 'orders' or 'margin' or 'event' or 'subscription_end' or 'redemption' or 'outcome' or 'uplift'."
    assert (error.code, error.field, str(error)) == ("missing_key", "targets.a.type", told)


def test_an_unknown_key_is_told_the_keys_of_its_own_type(tmp_path: Path) -> None:
    error = refused(tmp_path, "targets: {a: {type: redemption, activ: 8w}}")  # only the other types have `active`
    assert (error.code, error.field) == ("unknown_key", "targets.a.activ")
    assert str(error).endswith("Known: contact, horizon, response, type.")


@pytest.mark.parametrize(
    ("keys", "code", "field"),
    [
        ("amog: everyone, event: order", "unknown_key", "targets.a.amog"),
        ("category: Tea", "missing_key", "targets.a.event"),
        ("event: 5", "bad_setting", "targets.a.event"),
        ("event: order, among: everyone, active: 8w", "bad_setting", "targets.a.active"),
    ],
)
def test_a_key_that_is_called_like_its_type_is_told_apart_from_it(
    tmp_path: Path, keys: str, code: str, field: str
) -> None:
    error = refused(tmp_path, f"targets: {{a: {{type: event, {keys}}}}}")
    assert (error.code, error.field) == (code, field)


@pytest.mark.parametrize("name", ["no", "5", "2017-12-03", "1.5", "~"])
def test_keys_are_names_whatever_yaml_takes_them_for(tmp_path: Path, name: str) -> None:
    assert f"Unknown key '{name}'" in str(refused(tmp_path, f"{name}: 5"))


@pytest.mark.parametrize("key", ["[a, b]", "{a: b}"])
def test_a_key_that_is_no_name_is_refused(tmp_path: Path, key: str) -> None:
    assert str(refused(tmp_path, f"? {key}\n: 5")).startswith(
        "stamkund.yaml:3: this is not YAML: a key must be a name."
    )


def test_every_mistake_in_the_columns_of_a_source_is_told_at_once(tmp_path: Path) -> None:
    error = refused(tmp_path, source(columns="{id: a, tiem: b, valeu: c}"))
    assert (error.code, error.field) == ("unknown_column", "sources.a.columns")
    for told in ("did you mean 'time'?", "did you mean 'value'?", "needs the column `time`"):
        assert told in str(error)
