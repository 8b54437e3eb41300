"""Tables of text: encodings, dialects, headers and footers, and the lines that records begin in."""
