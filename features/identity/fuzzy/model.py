"""The model: how much each agreement says, learnt by Splink from the records alone, without anybody's labels."""

# ruff: noqa: S608  (of our own names)

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import duckdb
import numpy as np
import polars as pl

from features.arrays import Floats
from features.errors import StamkundError
from features.identity.fuzzy.comparisons import comparison_of
from features.identity.fuzzy.records import NAMES, RECORDS, Part

if TYPE_CHECKING:
    from splink import DuckDBAPI, Linker

SEED: Final = 1
SAMPLE: Final = 3e6  # pairs, to learn how often strangers agree
PRIOR: Final = 1e-4  # the probability that two records are one person's, to begin with


class Model:
    """A model of some records, and its opinion on any pairs of them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, parts: Sequence[Part]) -> None:
        _check_splink()
        from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415  (an extra)

        self._connection, self._parts = connection, parts
        settings = SettingsCreator(
            link_type="dedupe_only",
            probability_two_random_records_match=PRIOR,
            comparisons=[comparison_of(part) for part in parts],
            blocking_rules_to_generate_predictions=[block_on("unique_id")],  # candidates are found by us
            retain_matching_columns=False,
            retain_intermediate_calculation_columns=True,
        )
        with quiet():
            self._api: DuckDBAPI = DuckDBAPI(connection)
            records = self._api.register(connection.table(RECORDS))
            self._linker: Linker = Linker(records, settings)
            self._learn()

    def _learn(self) -> None:
        """How often strangers agree, by drawing pairs; how often records of one person do, by expectation-maximisation.

        Records that agree wholly in one piece of evidence teach about all others, so two pieces in turn teach all.
        """
        from splink import block_on  # noqa: PLC0415  (an extra)

        training = self._linker.training
        training.estimate_u_using_random_sampling(max_pairs=SAMPLE, seed=SEED)
        for part in self._strongest(2):
            columns = ("forename", "surname") if part.name == NAMES else (part.name,)
            training.estimate_parameters_using_expectation_maximisation(
                block_on(*columns), estimate_without_term_frequencies=True
            )

    def _strongest(self, count: int) -> list[Part]:
        """The pieces of evidence in which fewest records agree wholly."""

        def agreeing(part: Part) -> int:
            column = "both_names" if part.name == NAMES else part.name
            groups = f"SELECT count(*) AS n FROM {RECORDS} WHERE {column} IS NOT NULL GROUP BY {column}"
            query = f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM ({groups})"
            return int(self._connection.execute(query).fetchall()[0][0])

        pairs = {part: agreeing(part) for part in self._parts}
        telling = sorted((part for part in self._parts if pairs[part]), key=pairs.__getitem__)[:count]
        if len(telling) < count:
            message = (
                "Hardly any two customers agree in a name, a date or a code, so that there is nothing to learn from. "
                "See whether `identity.fuzzy.columns` are the right ones, and whether anybody can be there twice."
            )
            raise StamkundError("nothing_to_learn", message, field="identity.fuzzy.columns")
        return telling

    def weights(self, pairs: str) -> pl.DataFrame:
        """Pairs ``a, b`` of a table, each with its ``weight`` and those of the pieces of evidence, in bits."""
        with quiet():
            table = self._linker.table_management
            table.register_blocked_pairs_for_predict(self._api.register(self._connection.table(pairs)))
            scored = self._linker.inference.predict(warning_mode="never").as_duckdbpyrelation()
            evidence = ", ".join(f"{_weight(part, scored.columns)} AS {part.name}" for part in self._parts)
            columns = f"unique_id_l AS a, unique_id_r AS b, match_weight AS weight, {evidence}"
            return pl.DataFrame(scored.project(columns).to_arrow_table())


def _weight(part: Part, columns: Sequence[str]) -> str:
    """The weight of one piece of evidence: of how far it agrees, and of how rare is what is equal."""
    return " + ".join(name for name in (f"mw_{part.name}", f"mw_tf_adj_{part.name}") if name in columns)


def prior_shift(weights: Floats, records: int) -> float:
    """What to add to weights so that as many pairs are expected to be one person's as the model then says there are.

    >>> round(prior_shift(np.array([30.0, 30.0, -30.0]), records=101), 1)  # two pairs of 5,050, not one of 10,000
    2.0
    """
    pairs, shift = records * (records - 1) / 2, 0.0
    for _ in range(100):
        expected = float(probabilities(weights + shift).sum()) / pairs
        expected = min(max(expected, 1 / pairs), 0.5)
        last, shift = shift, float(np.log2(expected / (1 - expected)) - np.log2(PRIOR / (1 - PRIOR)))
        if abs(shift - last) < 1e-3:
            break
    return shift


def probabilities(weights: Floats) -> Floats:
    """Weights in bits as probabilities.

    >>> probabilities(np.array([0.0, 1.0])).round(3).tolist()
    [0.5, 0.667]
    """
    return 1 / (1 + np.exp2(-weights))


def _check_splink() -> None:
    try:
        import splink  # noqa: F401, PLC0415
    except ModuleNotFoundError:
        message = "Fuzzy identity needs Splink. Install it: pip install 'stamkund[identity]'."
        raise StamkundError("missing_extra", message, field="identity.fuzzy") from None


@contextmanager
def quiet() -> Iterator[None]:
    """Keep to ourselves what Splink tells its developers."""
    logger = logging.getLogger("splink")
    level, logger.disabled = logger.level, True
    children = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("splink.")]
    levels = [child.level for child in children]
    for child in [logger, *children]:
        child.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.disabled = False
        for child, before in zip([logger, *children], [level, *levels], strict=True):
            child.setLevel(before)
