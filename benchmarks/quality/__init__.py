"""Model quality on real data, against what came true and beside rules that need no model."""
