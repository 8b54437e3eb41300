"""What features are fitted on: the attributes of customers, and the personas of their behaviour."""
