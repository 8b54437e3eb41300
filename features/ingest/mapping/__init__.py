"""How a source's rows become canonical ones: the mapping of columns, the reading of values, the checks of rows."""
