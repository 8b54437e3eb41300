"""The demo: from files to answers for three people."""
