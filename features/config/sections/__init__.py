"""The sections of the settings: what each may say, and what it means."""
