"""Work that is run, not served: the build, the doctor, and the queue of what was asked for over HTTP."""
