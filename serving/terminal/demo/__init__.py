"""The demo: from files to answers for a few people."""
