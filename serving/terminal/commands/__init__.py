"""The commands of ``stamkund``, one module for each part of the road: the data, the models, the service."""
