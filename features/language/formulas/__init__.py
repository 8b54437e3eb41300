"""The formulas that finish features, in one arithmetic for arrays and for single numbers."""
