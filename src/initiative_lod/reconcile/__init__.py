"""The Reconciliation Service API 0.2 without the web: an index of a release's labels, queries, data extension."""
