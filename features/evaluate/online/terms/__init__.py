"""The terms of a plan over the events of some customers, which are evaluated together."""
