"""A build for the service: the log read back as one more source, the records put in place in one step."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from sqlalchemy.engine import Connection, Engine

from features.config.sections.identity import household_attributes
from features.config.settings import Settings
from features.evaluate.online.record import FORMAT, RECORD_NUMBERS, RECORD_TEXTS
from features.events.identifiers import is_visitor
from features.files import alone
from features.identity.live import people_at
from features.identity.people import customers_of, moved_between
from features.ingest.report import IngestReport
from features.lake import Lake
from features.privacy.rules import ConsentRules
from features.profiles.build import BuildResult, build
from features.profiles.households import households
from features.profiles.records import records
from features.progress import Progress, silent
from serving.decisions.policy.policy import counted_after
from serving.privacy.erasure import finish, remove_from_files
from serving.privacy.hashing import files_are_clean, hash_store
from serving.store.choices.choices import DECISION
from serving.store.choices.events import forget_choices, log_choices
from serving.store.engine import meta, move_meta, opened_store
from serving.store.erasures.log import remove_from_log
from serving.store.erasures.receipts import is_unclean
from serving.store.erasures.tombstones import tombstones_of
from serving.store.event_log import forget_old_log, log_frame, logged_after
from serving.store.hidden import pending
from serving.store.keys import clock
from serving.store.people.households import HouseholdRules, renew_households, replace_households
from serving.store.people.rulings import all_rulings
from serving.store.people.standings import replace_people
from serving.store.records import replace_records, update_records
from serving.store.rejections import forget_rejections


def build_all(
    settings: Settings,
    *,
    as_of: int,
    progress: Progress = silent,
    refit: bool = False,
    anew: bool = False,
    accept: Collection[str] = (),
) -> BuildResult:
    """Read what is new in the sources and the log, write the profiles at ``as_of``, renew the store's records.

    Only the records of customers with new events or attributes are made anew, if the others are of the lake version
    that was added to.
    """
    with opened_store(settings) as store:
        renew = partial(_renew, store, settings, as_of=as_of, progress=progress)
        run = partial(build, settings, as_of=as_of, log=partial(log_frame, store), progress=progress, after=renew)
        log_choices(store)
        erasures = _remove_erased(settings, store)
        outdated = hash_store(store, settings)
        run = partial(run, rulings=all_rulings(store))
        built = run(refit=refit, anew=anew, accept=accept, tombstones=tombstones_of(store, settings))
        forget_old_log(store, settings.privacy.keep, as_of=as_of)
        forget_choices(store, before=_uncounted(settings, as_of))
        forget_rejections(store, before=clock() - settings.privacy.rejected)
        if erasures or outdated or is_unclean(store):
            finish(settings, store, erasures, keep=[built.path.name])
            files_are_clean(store)
        return built


def _uncounted(settings: Settings, as_of: int) -> int:
    """Up to which moment choices are no longer needed, or may no longer be kept."""
    return max(counted_after(settings, as_of), as_of - settings.privacy.keep.get(DECISION, as_of))


def _remove_erased(settings: Settings, store: Engine) -> Collection[str]:
    """Take erased people out of the lake and of what others logged; the erasures that this was.

    The records of all others stay true, unless these told of somebody's address.
    """
    erasures, lake = pending(store), Lake(settings.lake)
    if erasures:
        before, nodes = _records_version(lake.version), [node for nodes in erasures.values() for node in nodes]
        remove_from_log(store, nodes)
        settings.home.mkdir(parents=True, exist_ok=True)
        with alone(settings.home):  # a build puts back the lake that it found, if it fails
            same = remove_from_files(settings, nodes)
        if same:
            move_meta(store, "lake", before, _records_version(lake.version))
    return erasures


def _renew(store: Engine, settings: Settings, report: IngestReport, *, as_of: int, progress: Progress) -> None:
    lake = Lake(settings.lake)
    customers = _changed(meta(store), lake, report, as_of=as_of)
    version = _records_version(report.version)
    new_records = records(lake, customers, progress, as_of=as_of)
    people = partial(replace_people, identity=settings.identity, log_seq=report.log)
    homes, attributes = households(settings, lake, as_of=as_of), household_attributes(settings.identity)
    rules = HouseholdRules(attributes, None if settings.consent is None else ConsentRules(settings.consent))

    def beside(connection: Connection) -> None:
        moved = people(connection, people_at(lake, as_of=as_of))
        replace_households(connection, homes)
        if attributes:
            renew_households(connection, logged_after(connection, report.log), moved, rules, as_of=settings.now())

    renew = replace_records if customers is None else partial(update_records, customers=customers)
    renew(store, new_records, as_of=as_of, log_seq=report.log, lake=version, beside=beside)


def _changed(last: Mapping[str, Any], lake: Lake, report: IngestReport, *, as_of: int) -> frozenset[str] | None:
    """The customers of whom anything is new since the ``last`` build, their people too; None for all."""
    if report.fragments is None or last.get("lake") != _records_version(report.before):
        return None
    moved = report.people | moved_between(lake, then=int(last["as_of"]), now=as_of)
    return customers_of(lake, report.fragments | moved, as_of=as_of) | {each for each in moved if not is_visitor(each)}


def _records_version(lake_version: str) -> str:
    """What changes when records must be made anew: the lake's version, their own format, the columns that they hold."""
    return " ".join([lake_version, FORMAT, *RECORD_NUMBERS, *RECORD_TEXTS])
