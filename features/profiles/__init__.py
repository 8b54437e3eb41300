"""Point-in-time profiles of all customers, the parts of features that are fitted, and the build that writes them."""
