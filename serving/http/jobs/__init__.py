"""Long work over HTTP: asked for, told of, cancelled."""
