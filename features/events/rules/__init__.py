"""The one rule book of both doors: what a row of each canonical table must keep to."""
