"""Visitors' SPARQL: the protocol without the web, and the worker processes in which alone a query is parsed and run.

::

    protocol     a request's parts -> what is asked (pure)
    guard        what is refused before the parser, and what the parser itself says a query holds
    job          one evaluation, and its result, as they cross the socket
    evaluation   a job -> bytes, in the worker
    output       where a worker writes: counted, in memory first, then in an unlinked file
    sandbox      what a worker may not do
    worker       the loop of one worker process; what draws results for people is given to it
    process      one worker as the server sees it
    service      SERVICE clauses, cut out of a query
    broker       calls the services that are on the list
    lanes        whose query comes next, and who sends too many
    cache        results that are kept
    pool         all of them: lanes, limits, results that are kept
"""
