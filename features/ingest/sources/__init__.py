"""Where rows come from: files, folders, packages and databases, and how far each was read."""
