"""Comparisons: the levels at which two records can agree in one piece of evidence, as Splink counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from features.identity.fuzzy.records import NAMES, Part

if TYPE_CHECKING:
    from splink.internals.comparison_creator import ComparisonCreator
    from splink.internals.comparison_level_creator import ComparisonLevelCreator


def comparison_of(part: Part) -> ComparisonCreator:
    """The comparison of one piece of evidence, from full agreement to none; rare values that are equal say more."""
    import splink.comparison_library as cl  # noqa: PLC0415  (an extra)

    match part.kind:
        case "name":
            return cl.CustomComparison(output_column_name=NAMES, comparison_levels=[*_name_levels()])
        case "date":
            return cl.DateOfBirthComparison(part.name, input_is_string=True)
        case "postcode":
            return cl.CustomComparison(output_column_name=part.name, comparison_levels=[*_code_levels(part.name)])
        case _:
            return cl.JaroWinklerAtThresholds(part.name, [0.9]).configure(term_frequency_adjustments=True)


def _name_levels() -> list[ComparisonLevelCreator]:
    """Names: equal, turned round, misspelt, or with words in common wherever they stand, such as a middle name."""
    import splink.comparison_level_library as cll  # noqa: PLC0415  (an extra)

    def alike(threshold: float) -> ComparisonLevelCreator:
        return cll.And(cll.JaroWinklerLevel("forename", threshold), cll.JaroWinklerLevel("surname", threshold))

    initial = cll.CustomLevel("substr(forename_l, 1, 1) = substr(forename_r, 1, 1)", "Same initial")
    return [
        cll.NullLevel("whole_name"),
        cll.ExactMatchLevel("both_names").configure(tf_adjustment_column="both_names"),
        cll.ColumnsReversedLevel("forename", "surname", symmetrical=True),
        alike(0.92),
        alike(0.88),
        cll.ArrayIntersectLevel("words", min_intersection=3),
        cll.ArrayIntersectLevel("words", min_intersection=2),
        cll.ExactMatchLevel("surname").configure(tf_adjustment_column="surname"),
        cll.And(cll.JaroWinklerLevel("surname", 0.88), initial),
        cll.JaroWinklerLevel("surname", 0.88),
        cll.ExactMatchLevel("forename").configure(tf_adjustment_column="forename"),
        cll.ArrayIntersectLevel("words", min_intersection=1),
        cll.ElseLevel(),
    ]


def _code_levels(name: str) -> list[ComparisonLevelCreator]:
    """Codes of places: equal, with one slip, in one district, in one region."""
    import splink.comparison_level_library as cll  # noqa: PLC0415  (an extra)

    def begins(length: int) -> ComparisonLevelCreator:
        return cll.CustomLevel(f"substr({name}_l, 1, {length}) = substr({name}_r, 1, {length})", f"Same first {length}")

    levels = [cll.NullLevel(name), cll.ExactMatchLevel(name), cll.LevenshteinLevel(name, 1)]
    return [*levels, begins(4), begins(2), cll.ElseLevel()]
