"""A first ``stamkund.yaml``, guessed from the files that someone has."""
