"""The report on customers: one page that opens anywhere, made from the tables of the refresh alone."""

from insights.report.customers import customers_report
from insights.report.sentences import Told, told

__all__ = ["Told", "customers_report", "told"]
