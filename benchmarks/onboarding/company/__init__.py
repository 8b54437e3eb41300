"""A small company whose every order is known, and the rows that exports have of it."""
