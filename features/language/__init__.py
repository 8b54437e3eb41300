"""What a feature is: conditions, measures, spans, terms, formulas, and the features derived by default."""
