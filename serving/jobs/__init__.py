"""Work that is run, not served: the build, the doctor."""
