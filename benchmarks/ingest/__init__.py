"""How fast events come in, from files and over HTTP, and what is left of them when the service dies."""
