"""The operational store: customers' records, the log of events received over HTTP, decisions."""
