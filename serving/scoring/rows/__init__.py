"""The rows that models score: features of customers, and of pairs of a customer and a campaign."""
