"""Doubts: what is read without a complaint and may yet mean something else, each with what to write in its place."""
