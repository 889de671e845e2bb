"""initiative-lod: publishes governance documents as a knowledge graph that shows its sentences."""

__version__ = "1.0.0"
