"""Merging: other people's graphs beside ours, each in a named graph of its own, with a record of where it is from.

``intake`` finds the files of a source, ``archive`` unpacks, ``remote`` fetches, ``sniff`` tells the format.
``reading`` parses and ``blank`` names blank nodes, both in a process of their own (``worker``, run by ``crew``),
since foreign RDF can crash a parser.
``part`` sorts the statements into one file; ``exact`` keeps what the store would rewrite; ``merging`` puts it all
together.
"""
