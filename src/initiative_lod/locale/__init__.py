"""Words of the interface, by language: one gettext catalogue is one language."""
