"""One decision on the terminal: what a customer would get, and why not everything else."""
