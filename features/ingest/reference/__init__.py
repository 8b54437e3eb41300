"""The tables beside events: items, customers, offers and snapshots, and what customers tell of their identifiers."""
