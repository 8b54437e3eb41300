"""The people that the store knows: who is who, their joined records, and what was ruled of them."""
