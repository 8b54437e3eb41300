"""The routes: which request gets which answer."""
