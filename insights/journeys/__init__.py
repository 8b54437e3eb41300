"""Journeys: declared steps, how far customers come on them, where they go instead, and the stages of their life."""
