# Breaks shapes:Selector-start in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: not an integer
# expect: Violation Selector-start Datatype <id/example/zh#selector=89,91>
# expect: Violation Selector-start LessThan <id/example/zh#selector=89,91>
# expect: Violation Selector-start MinInclusive <id/example/zh#selector=89,91>
# expect: Violation TextSpan-iri SPARQL <id/example/zh#char=89,91>
DELETE DATA { <id/example/zh#selector=89,91> oa:start 89 } ;
INSERT DATA { <id/example/zh#selector=89,91> oa:start "one" }

# case: one too many
# expect: Violation Selector-start MaxCount <id/example/zh#selector=89,91>
# expect: Violation TextSpan-context SPARQL <id/example/zh#char=89,91>
# expect: Violation TextSpan-iri SPARQL <id/example/zh#char=89,91>
# expect: Violation TextSpan-quote SPARQL <id/example/zh#char=89,91>
INSERT DATA { <id/example/zh#selector=89,91> oa:start 90 }

# case: none at all
# expect: Violation Selector-start MinCount <id/example/zh#selector=89,91>
DELETE DATA { <id/example/zh#selector=89,91> oa:start 89 }

# case: too small
# expect: Violation Selector-start MinInclusive <id/example/zh#selector=89,91>
# expect: Violation Evidence-inside SPARQL <id/example/action/1/clause/1#topic-sewage>
# expect: Violation TextSpan-context SPARQL <id/example/zh#char=89,91>
# expect: Violation TextSpan-iri SPARQL <id/example/zh#char=89,91>
# expect: Violation TextSpan-quote SPARQL <id/example/zh#char=89,91>
DELETE DATA { <id/example/zh#selector=89,91> oa:start 89 } ;
INSERT DATA { <id/example/zh#selector=89,91> oa:start -1 }

# case: past the end
# expect: Violation Selector-start LessThan <id/example/zh#selector=89,91>
# expect: Violation TextSpan-context SPARQL <id/example/zh#char=89,91>
# expect: Violation TextSpan-iri SPARQL <id/example/zh#char=89,91>
# expect: Violation TextSpan-quote SPARQL <id/example/zh#char=89,91>
DELETE WHERE { <id/example/zh#selector=89,91> oa:start ?any } ;
INSERT DATA { <id/example/zh#selector=89,91> oa:start 92 }
