"""How ready is a company's data? Looked at before anything is built, told in plain words."""

from features.doctor.examination import Diagnosis, examine
from features.doctor.finding import Criterion, Finding, Prospect

__all__ = ["Criterion", "Diagnosis", "Finding", "Prospect", "examine"]
