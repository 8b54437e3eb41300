"""The report on customers: one page that opens anywhere, made from the tables of the refresh alone."""

from insights.report.customers import customers_report
from insights.report.words import Told, Words, told

__all__ = ["Told", "Words", "customers_report", "told"]
