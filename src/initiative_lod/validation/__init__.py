"""Validation: quads -> report. SHACL over a build or over anybody's data, and the competency questions."""
