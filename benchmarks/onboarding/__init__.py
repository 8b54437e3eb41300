"""How many newcomers' files are built right without a hand: `python -m benchmarks.onboarding`."""
