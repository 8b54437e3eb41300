"""Who is this customer? Events, the lake, profiles."""
