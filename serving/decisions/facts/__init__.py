"""Who a decision is for, where and when, bound once before anything is decided."""
