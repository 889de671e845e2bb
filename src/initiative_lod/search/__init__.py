"""Full-text search in Chinese and English. Knows nothing of the web.

``tokens`` cuts text into tokens. ``index`` builds the index file of a release (``schema``, ``staging``, ``builder``).
``query`` reads what a visitor typed, ``reader`` opens an index, ``finder`` finds and ranks (``wordings``, ``facets``);
``results`` is what comes out.
"""
