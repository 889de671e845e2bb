"""Conflicts: what of a merge deserves a second look, found by SPARQL over the merged graphs, and the report of it."""
