"""Merging: other people's graphs beside ours, each in a named graph of its own, with a record of where it is from.

``source`` reads a source into a ``graph_file`` (by way of ``reading``), ``provenance`` says in RDF where it is from,
``assembly`` puts a release together, ``merge`` is the whole of it; ``conflicts`` looks at what came of it.
"""
