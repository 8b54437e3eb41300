"""A value of a source: an expression, its type, its zone, and how its texts are written."""

from __future__ import annotations

from dataclasses import dataclass

from features.reading.formats import Format


@dataclass(frozen=True)
class Value:
    """An expression of a source, its DuckDB type, the zone its naive times are in, and how its texts are written.

    ``days``: its midnights mean whole days.
    """

    sql: str
    type: str
    timezone: str = "UTC"
    format: Format | None = None
    days: bool = False

    @property
    def present(self) -> str:
        """Whether there is anything to read."""
        if self.type == "VARCHAR":
            # Nearly every text begins with a printable character of ASCII, which is seen without trimming it.
            return f"({self.sql} IS NOT NULL AND ({self.sql} BETWEEN '!' AND '~' OR trim({self.sql}) <> ''))"
        if self.type in {"DOUBLE", "FLOAT"}:
            return f"({self.sql} IS NOT NULL AND NOT isnan({self.sql}))"
        return f"({self.sql} IS NOT NULL)"

    @property
    def is_numeric(self) -> bool:
        """Whether its type is one of numbers."""
        return self.type.startswith("DECIMAL") or self.type in {
            *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
            *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
            *("FLOAT", "DOUBLE", "BOOLEAN"),
        }
