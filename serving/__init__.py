"""What is best done for this customer now? HTTP service, decisions, batch scoring."""
