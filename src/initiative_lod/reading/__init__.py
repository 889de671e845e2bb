"""Reading of other people's files, for validate, align and merge: fetched, unpacked, told apart by content, and parsed
in processes with limits.

``find_files`` finds the files of a source, ``unpack`` opens archives, ``fetch`` gets URLs, ``syntax`` tells the syntax.
``parse`` reads one file and ``skolem`` names its blank nodes, in a process of their own (``reader_process``, run by
``process_pool``), since foreign RDF can crash a parser. ``spool`` sorts what came of it.
"""
