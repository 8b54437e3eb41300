"""The files under deploy/: what they name is there, and is called what they call it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.testing import CliRunner

import stamkund
from features.config.settings import read_settings
from serving.http.current.state import CurrentState
from serving.process.application import GRACE
from tests.serving.clients import client_of

DEPLOY: Final = Path("deploy")
METRIC: Final = re.compile(r"\b(?:stamkund|bentoml_service)_\w+")


def content(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text("utf-8"))


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    services: dict[str, Any] = content("compose.yaml")["services"]
    return services


def test_what_the_service_is_told_to_do_is_a_command(services: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, object]] = []
    monkeypatch.setattr("serving.process.server.serve", lambda config, **named: told.append({"config": config} | named))
    ended = CliRunner().invoke(stamkund.app, services["service"]["command"])
    assert (ended.exit_code, ended.output) == (0, "")
    (options,) = told
    options.pop("ready")
    assert options == {"config": Path("stamkund.yaml"), "host": "0.0.0.0", "port": 3000, "workers": 2}  # noqa: S104


def test_ports_agree(services: dict[str, Any]) -> None:
    (target,) = content("prometheus.yml")["scrape_configs"][0]["static_configs"][0]["targets"]
    assert target == "service:3000"
    assert [each.split(":")[-1] for each in services["service"]["ports"]] == ["3000"]
    assert "localhost:3000/livez" in services["service"]["healthcheck"]["test"][-1]
    assert "EXPOSE 3000" in (DEPLOY / "Dockerfile").read_text("utf-8")
    assert all(port.startswith("127.0.0.1:") for each in services.values() for port in each.get("ports", ()))


def test_settings_have_every_variable_that_they_name(services: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    environment = services["service"]["environment"]
    named = set(re.findall(r"\$\{(\w+)\}", (DEPLOY / "shop" / "stamkund.yaml").read_text("utf-8")))
    assert named <= {*environment}
    for name in named:
        monkeypatch.setenv(name, environment[name])
    settings = read_settings(DEPLOY / "shop" / "stamkund.yaml")
    assert settings.store_url.startswith("postgresql+psycopg://stamkund:")
    assert settings.store_url.endswith("@store/stamkund")
    assert services["store"]["environment"]["POSTGRES_USER"] == services["store"]["environment"]["POSTGRES_DB"]
    assert environment["STAMKUND_STORE"].count(services["store"]["environment"]["POSTGRES_PASSWORD"]) == 1


def test_files_are_where_they_are_looked_for(services: dict[str, Any]) -> None:
    compose = content("compose.yaml")
    mounts = [each.split(":")[0] for service in services.values() for each in service.get("volumes", ())]
    assert {each for each in mounts if not each.startswith(".")} == {*compose["volumes"]}
    assert all((DEPLOY / each).exists() for each in mounts if each.startswith("."))
    assert (DEPLOY / services["service"]["build"]["context"] / services["service"]["build"]["dockerfile"]).is_file()
    assert {secret for service in services.values() for secret in service.get("secrets", ())} == {*compose["secrets"]}
    (scrape,) = content("prometheus.yml")["scrape_configs"]
    assert Path(scrape["authorization"]["credentials_file"]).name in compose["secrets"]
    copied = re.findall(r"^COPY (.+)", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    sources = [name for line in copied for name in line.split()[:-1]]
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line[0] == "!"}
    assert {*sources} == kept
    assert all(Path(name).exists() for name in sources)


def test_what_is_being_answered_may_end(services: dict[str, Any]) -> None:
    assert int(services["service"]["stop_grace_period"].removesuffix("s")) > GRACE


@pytest.fixture(scope="module")
def metrics(current: CurrentState) -> set[str]:
    """The names that `/metrics` tells."""
    http = client_of(current)
    http.get("/metrics")
    return set(METRIC.findall(http.get("/metrics").text))


def expressions() -> Iterator[str]:
    for group in content("alerts.yml")["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]


def test_alerts_and_the_documentation_name_metrics_that_there_are(metrics: set[str]) -> None:
    named = {name for expression in expressions() for name in METRIC.findall(expression)}
    assert len(named) > 8
    assert named <= metrics
    text = Path("docs/operations.md").read_text("utf-8")
    table = text[text.index("## What to watch") : text.index("## Traces")]
    told = set(METRIC.findall("\n".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))))
    assert told <= metrics
    ours = {name for name in metrics if name.startswith("stamkund_") and not name.endswith(("_bucket", "_created"))}
    untold = {name.removesuffix("_count").removesuffix("_sum") for name in ours} - told
    assert untold <= {"stamkund_requests_waiting", "stamkund_requests_worked_at"}  # told in a row of another


def test_every_alert_tells_what_it_means() -> None:
    rules = [rule for group in content("alerts.yml")["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    assert all(rule["annotations"]["summary"].endswith(".") for rule in rules)
