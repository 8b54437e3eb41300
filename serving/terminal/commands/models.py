"""Commands about models: train them, choose which one answers."""

from __future__ import annotations

from typing import Annotated

import typer

from features.errors import StamkundError
from serving.terminal.options import YAML, AsOf, Config, Json, moment, settings_of
from serving.terminal.output import REFUSED, output


def train(
    targets: Annotated[list[str] | None, typer.Argument(help="Which targets. Default: all.")] = None,
    config: Config = YAML,
    as_of: AsOf = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Trees alone, instead of a race of all learners.")] = False,
    as_json: Json = False,
) -> None:
    """Fit the targets' models on past moments, judge them, and register those that beat the best rule.

    Linear models, trees, models of orders and blends race on outcomes that none has seen; the simplest of the best is
    kept.

    A model that is refused answers nothing; the one that answered before goes on. Where everything is as it was when a
    version was trained, nothing is registered, and that version is told again as unchanged.
    """
    from serving.store.since_build import since_build
    from serving.terminal.answers import training_answer
    from serving.terminal.tables import race_table, training_table
    from training.trainer import train as fit

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        with out.progress() as report:
            now, since = settings.now(moment(as_of, settings.timezone)), since_build(settings)
            reports = fit(
                settings,
                as_of=now,
                targets=targets,
                progress=report,
                later=since.events,
                without=since.erased,
                quick=quick,
            )
        out.say(training_table(reports))
        if any(len(report.race) > 1 for report in reports):
            out.say(race_table(reports))
        for each in (each for each in reports if each.folds):
            out.say(
                f"No time stands behind the figures of '{each.target.name}': its outcomes are of one moment, and it "
                f"was tested on {each.folds} random parts of the customers."
            )
        for refusal in (r for report in reports for r in report.verdict.refusals):
            out.warn(StamkundError(refusal.code, refusal.message))
        for name, proxy in ((each.target.name, proxy) for each in reports for proxy in each.proxies):
            out.warn(StamkundError("sensitive_proxy", f"'{name}': {proxy.text}"))
        answer = training_answer(reports)
        if all(report.standing == "refused" for report in reports):
            text = (
                f"None of {len(reports)} models is used, for the reasons given. What answered before goes on; what "
                "features and orders know is told all the same."
            )
            raise out.fail(StamkundError("all_refused", text, field="targets"), answer)
        if all(report.unchanged for report in reports):
            out.say("Unchanged: all that the models are made from is as it was, and so are they.")
        out.say(f"Runs and plots: `mlflow ui --backend-store-uri {settings.registry or settings.registry_url}`")
        out.say("Next: `stamkund score`, or `stamkund serve`.")
        out.answer(answer)
        if not all(report.verdict.passed for report in reports):
            raise typer.Exit(REFUSED)


def list_versions(config: Config = YAML, *, as_json: Json = False) -> None:
    """Every version of every model, and which one answers."""
    from serving.terminal.answers import versions_answer
    from serving.terminal.tables import models_table
    from training.registry.versions import foreign, listing

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        versions, others = listing(settings), foreign(settings)
        out.say(models_table(versions, others) if versions or others else "No model is registered yet.")
        out.answer(versions_answer(versions, others))


def scorecard(
    names: Annotated[list[str] | None, typer.Argument(help="Models; all without any.")] = None,
    config: Config = YAML,
    *,
    as_json: Json = False,
) -> None:
    """What each batch of scores said, against what came true, and how far scores and features have moved since."""
    from serving.terminal.answers import drifts_answer, scorecard_answer
    from serving.terminal.tables import drift_lines, scorecard_table
    from training.scorecard import drifts_of
    from training.scorecard import scorecard as entries_of

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        entries = entries_of(settings, names)
        drifts = drifts_of(settings, entries)
        out.say(scorecard_table(entries))
        for line in drift_lines(drifts):
            out.say(line)
        out.say("Drift: below 0.1 little has moved, above 0.25 much; then train again.")
        out.answer(
            {"scorecard": [scorecard_answer(entry) for entry in entries], "feature_drift": drifts_answer(drifts)}
        )


def promote(
    name: str,
    version: int,
    config: Config = YAML,
    *,
    override: Annotated[
        str | None, typer.Option(help="Why a version that the gate refused shall answer all the same; it is kept.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Let a version that passed the gate answer from now on, or one that did not, for a stated reason."""
    from training.registry.promotion import promote as set_champion

    with output(as_json=as_json) as out:
        set_champion(settings_of(config), name, version, override=override)
        out.say(f"Version {version} of '{name}' is the champion. A running service takes it up within seconds.")
        out.answer({"model": name, "version": version, "override": override})


def rollback(name: str, config: Config = YAML, *, as_json: Json = False) -> None:
    """Let the previous champion answer again."""
    from training.registry.promotion import rollback as set_previous

    with output(as_json=as_json) as out:
        version = set_previous(settings_of(config), name)
        out.say(f"Version {version} of '{name}' is the champion again.")
        out.answer({"model": name, "version": version})
