"""How fast decisions are, beside an empty route and the models' own arithmetic, and whether limits hold."""
