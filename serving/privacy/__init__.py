"""People's own rights: what is held of them shown, and erased."""
