"""Why these, and for each other candidate why not: codes with parameters, and sentences."""
