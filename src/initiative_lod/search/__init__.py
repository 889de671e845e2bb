"""Full-text search in Chinese and English. Knows nothing of the web.

``tokens`` cuts text into tokens. ``index`` builds the index file of a release (``schema``, ``staged_statements``,
``builder``). ``query_parser`` reads what a visitor typed, ``reader`` opens an index, ``finder`` finds and ranks
(``synonyms``, ``facets``); ``results`` is what comes out.
"""
