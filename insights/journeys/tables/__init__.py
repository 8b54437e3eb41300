"""The tables of journeys: what there are, how many came how far and how soon, and every entry behind these numbers."""
