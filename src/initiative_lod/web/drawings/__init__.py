"""Drawings: SVG made on the server."""
