"""What the log of decisions holds, as tables for the tools of others."""
