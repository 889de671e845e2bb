"""Release: an immutable folder of quads and what is made from them; how it is written, published, opened and removed."""
