"""The names that canonical columns go by elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from features.events.tables import Table

# For each canonical column the names it goes by elsewhere, the surest first.
_CUSTOMER = (
    "customer_id",
    "user_id",
    "client_id",
    "household_id",
    "household_key",
    "member_id",
    "account_id",
    "customer",
    "cust_id",
    "customerid",
    "userid",
    "visitor_id",
    "user",
)
_ITEM = (
    "item_id",
    "product_id",
    "sku",
    "article_id",
    "stock_code",
    "stockcode",
    "itemid",
    "productid",
    "product",
    "article",
    "item",
)
TIME_NAMES = (
    "time",
    "timestamp",
    "datetime",
    "created_at",
    "ordered_at",
    "order_date",
    "invoice_date",
    "invoicedate",
    "transaction_timestamp",
    "transaction_date",
    "event_time",
    "occurred_at",
    "purchase_date",
    "redemption_date",
    "date",
    "day",
    "ts",
)
COLUMN_NAMES: Mapping[Table, Mapping[str, tuple[str, ...]]] = {
    "events": {
        "event_id": ("event_id", "message_id", "messageid"),
        "id": _CUSTOMER,
        "time": TIME_NAMES,
        "kind": ("kind", "event", "event_type", "event_name", "action"),
        "order_id": (
            "order_id",
            "basket_id",
            "invoice",
            "invoice_no",
            "invoiceno",
            "receipt_id",
            "transaction_id",
            "orderid",
            "order",
        ),
        "item_id": _ITEM,
        "category": ("category", "product_category"),
        "quantity": ("quantity", "qty", "units", "pieces"),
        "value": ("value", "amount", "sales_value", "net_amount", "revenue", "total", "line_total", "paid", "spend"),
        "discount": ("discount", "discount_amount", "rebate"),
        "currency": ("currency", "currency_code"),
        "campaign_id": ("campaign_id", "campaign"),
        "offer_id": ("offer_id", "coupon_id", "coupon_upc", "promotion_id"),
        "channel": ("channel",),
        "rating": ("rating", "score", "stars"),
        "session_id": ("session_id", "sessionid"),
    },
    "items": {
        "item_id": (*_ITEM, "id"),
        "name": ("name", "product_name", "title", "product_type", "description"),
        "category": ("category", "product_category", "group", "department"),
        "price": ("price", "list_price", "unit_price"),
        "cost": ("cost", "unit_cost"),
    },
    "customers": {"customer_id": (*_CUSTOMER, "id")},
    "offers": {
        "offer_id": ("offer_id", "coupon_id", "coupon_upc", "promotion_id", "id"),
        "type": ("type",),
        "name": ("name", "title", "description"),
        "campaign_id": ("campaign_id", "campaign"),
        "starts": ("starts", "start_date", "valid_from", "start"),
        "ends": ("ends", "end_date", "valid_to", "end"),
        "value": ("value",),
        "cost": ("cost",),
    },
}
