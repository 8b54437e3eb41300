"""Libraries of others that send messages, unchanged: `make libraries` installs them beside these programs."""
