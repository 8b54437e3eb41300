"""What features are called that no sentence fits: by their names without the span, or by what they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    # orders
    "feature.orders": "beställningar {span}",
    "feature.spend": "belopp {span}",
    "feature.order_lines": "köpta varor {span}",
    "feature.discount": "rabatter {span}",
    "feature.contacts": "utskick {span}",
    "feature.redemptions": "inlösta erbjudanden {span}",
    "feature.days_since_last_order": "dagar sedan senaste beställningen",
    "feature.days_since_first_order": "dagar sedan första beställningen",
    "feature.order_gap_mean": "dagar mellan beställningar i genomsnitt {span}",
    "feature.order_gap_last": "dagar mellan de två senaste beställningarna",
    "feature.recency_over_gap": "dagar sedan senaste beställningen, genom dem som brukar gå",
    "feature.spend_trend": "belopp {span}, genom det under lika lång tid före",
    "feature.spend_per_order": "belopp per beställning {span}",
    "feature.lines_per_order": "varor per beställning {span}",
    "feature.discount_rate": "rabatt som andel av köpen {span}",
    "feature.line_value_std": "spridning i priset på köpta varor {span}",
    "feature.line_value_min": "lägsta pris på en köpt vara",
    "feature.line_value_max": "högsta pris på en köpt vara",
    "feature.first_line_value": "priset på den först köpta varan",
    "feature.last_line_value": "priset på den senast köpta varan",
    "feature.orders_share": "beställningar {span} som andel av alla",
    "feature.order_gap_std": "spridning i dagarna mellan beställningar {span}",
    "feature.morning_share": "andel beställningar på morgonen {span}",
    "feature.evening_share": "andel beställningar på kvällen {span}",
    "feature.weekend_share": "andel beställningar på helgen {span}",
    "feature.categories": "olika kategorier {span}",
    "feature.days_with": "dagar med {noun} {span}",
    "feature.weeks_with": "veckor med {noun} {span}",
    "feature.per_contact": "{noun} per utskick {span}",
    "feature.per_order": "{noun} per beställning {span}",
    "feature.share_of_category": "andel av köpen{about} {span}",
    "feature.share_of_channel": "andel {noun} {span}",
    "feature.top_category": "den kategori som köptes för mest {span}",
    "feature.channels": "olika kanaler för beställningar {span}",
    "feature.first_channel": "den första beställningens kanal",
    "feature.last_channel": "den senaste beställningens kanal",
    # what comes back
    "feature.cancelled_spend_share": "avbeställt som andel av köpen {span}",
    "feature.refunded_spend_share": "återbetalt som andel av köpen {span}",
    "feature.refunded_orders_share": "andel beställningar med återbetalning",
    "feature.cancelled_orders_share": "andel beställningar med avbeställning",
    # subscriptions
    "feature.subscriptions_ended_share": "avslutade abonnemang som andel av tecknade",
    "feature.subscription_price_last": "senaste pris på ett abonnemang",
    "feature.subscription_price_change": "senaste pris på ett abonnemang genom det första",
    "feature.subscription_prices": "olika priser på abonnemang {span}",
    # ratings
    "feature.rating_mean": "genomsnittligt {scale}-betyg",
    "feature.rating_last": "senaste {scale}-betyg",
    "feature.rating_least": "lägsta {scale}-betyg",
    "feature.rating_low_share": "andel låga {scale}-betyg",
    "feature.rating_ratings": "{scale}-betyg {span}",
    "feature.days_since_rating": "dagar sedan senaste {scale}-betyg",
    # groups of customers
    "feature.rfm_recency": "hur nyligen kunden beställde, 5 är senast",
    "feature.rfm_frequency": "hur ofta kunden beställer, 5 är oftast",
    "feature.rfm_monetary": "hur mycket kunden handlar för, 5 är mest",
    "feature.spend_percentile": "percentil för belopp {span}",
    "feature.orders_percentile": "percentil för beställningar {span}",
    "feature.stage": "fas som kund",
    "feature.journey_stage": "fas på vägen till nästa beställning",
    "feature.persona": "persona",
    # what tables tell
    "feature.attribute_date": "dagar sedan {attribute}, negativt före",
    "feature.attribute_change": "{attribute} minus det föregående värdet",
}
