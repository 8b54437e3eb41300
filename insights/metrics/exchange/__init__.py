"""The value exchange: whom we know, who allows us to use what they tell, and what they bring."""
