"""Long work that was asked for over HTTP: each job is a row of the store, and runs as a command line of its own."""
