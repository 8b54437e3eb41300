"""Every text that people read of reasons and exclusions, by codes, in the languages that there are."""
