"""Which systems and languages the benchmark knows, and which fifth of them was kept unseen.

The fifth was drawn before any header set was written, and written last, when the product's words were there: what the
product can do with it, it can do with systems that nobody had in mind.
"""

from __future__ import annotations

from random import Random

SEED, SHARE = 20_241_126, 5

# In the names of systems: shops, payments, mail and CRM, accounts, warehouses, support and surveys, subscriptions.
SYSTEMS = (
    *("shopify", "woocommerce", "magento", "prestashop", "squarespace", "bigcommerce", "wix", "lightspeed", "square"),
    *("etsy", "ebay", "amazon", "shopware", "ecwid", "opencart"),
    *("stripe", "paypal", "klarna", "mollie", "adyen", "zettle", "sumup"),
    *("klaviyo", "mailchimp", "hubspot", "salesforce", "dynamics", "pipedrive", "brevo"),
    *("xero", "quickbooks", "fortnox", "zoho", "odoo", "lexware"),
    *("ga4", "segment", "rudderstack", "matomo", "snowplow"),
    *("zendesk", "freshdesk", "typeform", "surveymonkey", "intercom", "qualtrics"),
    *("chargebee", "recurly", "paddle"),
)
# Shop systems and cash registers of no brand, with headers in this language.
LANGUAGES = ("en", "de", "sv", "nb", "da", "fi", "fr", "es", "nl")


def unseen(names: tuple[str, ...]) -> frozenset[str]:
    """The fifth of these names that is kept apart; the same on every machine.

    >>> len(unseen(SYSTEMS)), len(unseen(LANGUAGES))
    (10, 2)
    """
    return frozenset(Random(SEED).sample(sorted(names), -(-len(names) // SHARE)))  # noqa: S311 (no secret)


UNSEEN = unseen(SYSTEMS) | unseen(LANGUAGES)
