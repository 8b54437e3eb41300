"""The stages of customers' lives: how many moved from which to which, month by month, and who they are."""
