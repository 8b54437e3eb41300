"""The log of decisions: what one was made from, in few bytes, and the same decision made from it again."""
