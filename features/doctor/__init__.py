"""The doctor: how ready a company's data is, before anything is built of it, told in plain words."""

from features.doctor.examination import examine
from features.doctor.findings.finding import Criterion, Diagnosis, Finding, Prospect

__all__ = ["Criterion", "Diagnosis", "Finding", "Prospect", "examine"]
