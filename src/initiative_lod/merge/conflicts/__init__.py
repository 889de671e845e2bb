"""What of a merge deserves a second look: found by SPARQL over the merged graphs, told to people and machines."""
