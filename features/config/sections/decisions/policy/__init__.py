"""The sections of the policy: how often, and for how much, something is shown."""
