"""What a point of satisfaction, a delay or a failed delivery is worth in money and in customers kept."""

from insights.spending import Spending
from insights.worth.point import Scores, Worth, worth_of_a_point
from insights.worth.ranking import Ranking, ranked
from insights.worth.tables import write_worth
from insights.worth.windows import Windows

__all__ = ["Ranking", "Scores", "Spending", "Windows", "Worth", "ranked", "worth_of_a_point", "write_worth"]
