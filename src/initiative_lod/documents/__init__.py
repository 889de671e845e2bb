"""Documents: a thing -> bytes, entity tag and links. Knows no web."""
