"""Bulk side: what is asked of all quads at once, as SQL over the table of quads, by DuckDB or on a cluster by Spark."""
