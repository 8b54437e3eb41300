"""Tables under the headers of a system, and the files that hold them."""
