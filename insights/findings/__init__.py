"""What a manager is told first: findings in words, each with its number, its interval and the people behind it."""

from insights.findings.finding import Finding
from insights.findings.finds import findings
from insights.findings.profile import Customers, customers_at
from insights.findings.tables import found_rows, people_of, write_findings

__all__ = ["Customers", "Finding", "customers_at", "findings", "found_rows", "people_of", "write_findings"]
