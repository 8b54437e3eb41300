"""Who a target is about at a moment, and the rows of those people at many past moments."""
