"""Sources: the texts, Turtle, mappings, judgements and questions that authors wrote, read with their line numbers."""
