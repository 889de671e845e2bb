"""Merging: other people's graphs beside ours, each in a named graph of its own, with a record of where it is from.

``source`` has one source read (by the room ``reading``) into one file (``graph_file``) and its ``record``;
``assembly`` puts the release together, ``provenance`` describes it, ``conflicts`` looks at what deserves a second look.
"""
