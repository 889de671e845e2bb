"""Text of a query of SPARQL: what the engine's own parser says that it holds, without a grammar of ours."""
