"""The HTTP interface: the application, its requests and answers, the BentoML service, the server process."""
