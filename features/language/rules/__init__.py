"""Rules as people write them: conditions in a subset of the Common Expression Language, checked, bounded, and told."""
