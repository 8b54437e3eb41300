"""What comes in over HTTP or on the command line, understood whole or refused."""
