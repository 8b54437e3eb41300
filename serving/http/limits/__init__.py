"""What one process takes on at a time: requests, bytes, connections, and how many requests a key may make."""
