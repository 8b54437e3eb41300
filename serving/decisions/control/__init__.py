"""Standing control arms: customers for whom it is decided otherwise, so that there is something to compare with."""
