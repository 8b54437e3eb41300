"""How fast the service answers, beside an empty route of the same server and beside MLflow's."""
