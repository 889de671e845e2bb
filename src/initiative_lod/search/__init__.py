"""Full-text search in Chinese and English. ``fold`` cuts text into tokens, ``index`` builds the index file of a
release, ``query`` reads what a visitor typed, ``reader`` finds and ranks. Knows nothing of the web."""
