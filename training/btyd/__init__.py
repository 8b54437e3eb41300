"""Buy till you die: how many orders are still to come, from how many there were and when the last one was."""
