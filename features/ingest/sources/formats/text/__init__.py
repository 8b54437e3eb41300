"""Formats whose values are texts, CSV, JSON and workbooks: their encodings, dialects, headers, footers and lines."""
