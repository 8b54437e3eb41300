"""Targets of several horizons, and names whose columns in a batch would be somebody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.config.settings import Settings, read_settings
from features.config.target_names import each_horizon
from features.errors import StamkundError
from features.units import DAY


def settings_of(**targets: object) -> Settings:
    return Settings.model_validate({"name": "Shop", "sources": {}, "targets": targets})


def test_several_horizons_are_a_target_each_with_all_that_was_said() -> None:
    targets = settings_of(spend={"type": "spend", "horizon": ["28d", "12 w"], "active": "56d"}, lapse={"type": "lapse"})
    spends = {name: (each.horizon // DAY, each.active // DAY) for name, each in targets.targets.items()}  # type: ignore[union-attr]
    assert spends == {"spend_28d": (28, 56), "spend_12w": (84, 56), "lapse": (28, 56)}


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        ({"spend": {"type": "spend", "horizon": []}}, "name one or several"),
        ({"spend": {"type": "spend", "horizon": ["28d", "28 d"]}}, "each once"),
        (
            {"spend": {"type": "spend", "horizon": ["28d"]}, "spend_28d": {"type": "spend"}},
            "Two targets are called 'spend_28d'",
        ),
        ({"spend": {"type": "spend", "horizon": ["28d", 3]}}, "'?3'? is not a duration"),
    ],
)
def test_horizons_that_mean_nothing_are_refused(targets: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        settings_of(**targets)


def test_a_mistake_in_a_target_of_several_horizons_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "stamkund.yaml"
    file.write_text(
        "name: Shop\nsources: {}\ntargets:\n  spend:\n    type: spend\n    horizon: [28d, 84d]\n    activ: 9d\n"
    )
    with pytest.raises(StamkundError, match=r"stamkund.yaml:7.*did you mean 'active'"):
        read_settings(file)
    file.write_text("name: Shop\nsources: {}\ntargets:\n  spend: {type: spend, horizon: [28d, 28d]}\n")
    with pytest.raises(StamkundError, match="each once"):
        read_settings(file)


@pytest.mark.parametrize(
    "targets",
    [
        {"next_order": {"type": "orders"}},
        {"churn": {"type": "event", "event": "visit"}},
        {"lapse": {"type": "lapse"}, "churn": {"type": "subscription_end"}},
        {"buys": {"type": "lapse"}, "buys_no": {"type": "lapse"}},
    ],
)
def test_names_with_a_column_that_is_taken_are_refused(targets: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="column") as caught:
        settings_of(**targets)
    assert "reserved_name" in repr(caught.value) or "batch" in str(caught.value)


def test_churn_may_be_called_so_where_it_is_the_figure_of_that_name() -> None:
    assert list(settings_of(churn={"type": "subscription_end"}, lapse={"type": "lapse"}).targets) == ["churn", "lapse"]


def test_what_is_no_mapping_is_left_to_others() -> None:
    assert each_horizon([1]) == [1]
    assert each_horizon({"a": 3}) == {"a": 3}
