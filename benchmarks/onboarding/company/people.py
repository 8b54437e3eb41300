"""Who buys, and what there is to buy: names with the letters of many languages."""

from __future__ import annotations

from dataclasses import dataclass

FIRST = (
    *("Anna", "Björn", "Chloé", "Dieter", "Elín", "Françoise", "Göran", "Hélène"),
    *("Iñigo", "Jürgen", "Kåre", "Lærke", "Märta", "Niño", "Øyvind", "Päivi"),
)
LAST = (
    *("Åberg", "Bauer", "Çelik", "Dubois", "Eriksson", "Fuß", "García"),
    *("Højgaard", "Ibáñez", "Jönsson", "Køhler", "Lindqvist", "Müller", "Núñez"),
)
CITIES = ("Köln", "Malmö", "Aarhus", "Tromsø", "Jyväskylä", "Orléans", "Cádiz", "Utrecht", "Graz", "Zürich")
PRODUCTS = (
    ("Käse", "Food", 890), ("Crème brûlée", "Food", 450), ("Smörgåsrån", "Food", 325), ("Tea pot", "Kitchen", 3495),
    ("Tee 500 g", "Food", 1290), ("Bread knife", "Kitchen", 5900), ("Candle", "Home", 1450), ("Blanket", "Home", 8990),
    ("Soap, mild", "Care", 695), ("Towel \"Nordic\"", "Care", 2495), ("Lamp", "Home", 124900), ("Mug", "Kitchen", 1199),
)  # fmt: skip


@dataclass(frozen=True)
class Customer:
    """Somebody who buys."""

    number: int

    @property
    def fields(self) -> dict[str, object]:
        """What an export may say of them."""
        n = self.number
        first, last = FIRST[n % len(FIRST)], LAST[n * 5 % len(LAST)]
        plain = f"{first}.{last}".encode("ascii", "ignore").decode().lower()
        return {
            "customer": 10_000 + n * 7, "customer_code": f"C-{n:05}", "customer_long": 7_212_000_000_000 + n * 1_001,
            "customer_hex": f"{n * 2_654_435_761 % 2**32:08x}", "first": first, "last": last, "name": f"{first} {last}",
            "email": f"{plain}{n}@example.com", "phone": f"+49 30 55{n:05}", "zip": f"{10_000 + n * 37}",
            "city": CITIES[n % len(CITIES)], "street": f"Hauptstraße {n}", "company": f"{last} & {first} AB",
        }  # fmt: skip
