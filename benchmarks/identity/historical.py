"""How right fuzzy identity is on records of historical persons, beside Splink as its documentation uses it.

Nobody's labels are used but to count the pairs at the end: the candidates are chosen by how many they are, the model is
learnt by expectation-maximisation, and the cut promises the highest F1 by the model's own probabilities.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Final

import duckdb
import polars as pl

from features.config.sections.fuzzy import FuzzySettings, Kind
from features.identity.fuzzy.model import quiet
from features.identity.fuzzy.proposals import propose

Figures = dict[str, float]
FILE: Final = "identity_historical_50k/historical_50k.parquet"
COLUMNS: Final[dict[str, Kind]] = {
    "full_name": "name", "first_name": "forename", "surname": "surname", "dob": "date", "postcode_fake": "postcode",
    "birth_place": "text", "occupation": "text", "gender": "text",
}  # fmt: skip
SETTINGS: Final = FuzzySettings(columns=COLUMNS, accept=0.99)


def measure(data: Path, _folder: Path) -> Figures:
    """Join the records, and count the right pairs; then let some of them arrive later."""
    records = pl.read_parquet(data / FILE).rename({"unique_id": "customer_id"})
    truth = records.select("customer_id", "cluster")
    start = perf_counter()
    proposals = propose(records.drop("cluster"), SETTINGS)
    seconds = perf_counter() - start
    with quiet():
        by_splink = splink_people(data / FILE)
    sure = SETTINGS.sure(proposals.links).join(truth, left_on="a", right_on="customer_id")
    sure = sure.join(truth, left_on="b", right_on="customer_id", suffix="_b")
    return {
        **{f"historical_{name}": value for name, value in pairwise(proposals.people, truth).items()},
        "historical_seconds": seconds,
        "historical_sure_links": float(sure.height),
        "historical_sure_right": float((sure["cluster"] == sure["cluster_b"]).sum()) / sure.height,
        "historical_doubtful": float(SETTINGS.doubtful(proposals.links).height),
        **{f"splink_{name}": value for name, value in pairwise(by_splink, truth).items()},
    }


def pairwise(people: pl.DataFrame, truth: pl.DataFrame) -> Figures:
    """Precision and recall over all pairs of customers, F1, and how many the largest person has."""
    joined = people.join(truth, on="customer_id")
    found, right, true = (_pairs(joined, *names) for names in (("person",), ("person", "cluster"), ("cluster",)))
    precision, recall = right / found, right / true
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall),
        "largest": float(joined["person"].value_counts()["count"].max()),  # type: ignore[arg-type]
    }


def _pairs(people: pl.DataFrame, *names: str) -> int:
    sizes = people.group_by(names).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def splink_people(file: Path) -> pl.DataFrame:
    """People by the settings that Splink's documentation gives for these records, as connected components at 0.95."""
    import splink.comparison_library as cl  # noqa: PLC0415  (an extra)
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415

    area, both = "substr(postcode_fake,1,3)", "first_name_surname_concat"
    rules = [
        ("substr(first_name,1,3)", "substr(surname,1,4)"), ("surname", "dob"), ("first_name", "dob"),
        ("postcode_fake", "first_name"), ("postcode_fake", "surname"), ("dob", "birth_place"), (area, "dob"),
        (area, "first_name"), (area, "surname"),
        ("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
    ]  # fmt: skip
    api = DuckDBAPI(duckdb.connect())
    records = duckdb.from_parquet(str(file)).project(f"*, first_name || ' ' || surname AS {both}")
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in rules],
        comparisons=[
            cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name=both),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
    )
    linker = Linker(api.register(records.to_arrow_table()), settings)
    sure = [
        ("first_name", "surname", "dob"),
        ("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
        ("dob", "postcode_fake"),
    ]
    linker.training.estimate_probability_two_random_records_match([block_on(*rule) for rule in sure], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for rule in (("first_name", "surname"), ("dob",)):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*rule), estimate_without_term_frequencies=True
        )
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        linker.inference.predict(), threshold_match_probability=0.95
    )
    people = pl.DataFrame(clusters.as_duckdbpyrelation().to_arrow_table())
    return people.select(customer_id="unique_id", person="cluster_id")
