"""Features in sentences that a marketer reads: a value with its unit, beside what is usual for this customer."""
