"""Words of the interface, by language."""
