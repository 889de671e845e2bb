# Breaks shapes:Selector-end in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: not an integer
# expect: Violation Selector-end Datatype <id/example/zh#selector=89,91>
# expect: Violation Evidence-inside SPARQL <id/example/action/1/clause/1#topic-sewage>
# expect: Violation Selector-start LessThan <id/example/zh#selector=89,91>
# expect: Violation TextSpan-iri SPARQL <id/example/zh#char=89,91>
# expect: Violation TextSpan-end SPARQL <id/example/zh#char=89,91>
DELETE DATA { <id/example/zh#selector=89,91> oa:end 91 } ;
INSERT DATA { <id/example/zh#selector=89,91> oa:end "one" }

# case: one too many
# expect: Violation Selector-end MaxCount <id/example/zh#selector=89,91>
# expect: Violation TextSpan-context SPARQL <id/example/zh#char=89,91>
# expect: Violation TextSpan-iri SPARQL <id/example/zh#char=89,91>
# expect: Violation TextSpan-quote SPARQL <id/example/zh#char=89,91>
INSERT DATA { <id/example/zh#selector=89,91> oa:end 92 }

# case: none at all
# expect: Violation Selector-end MinCount <id/example/zh#selector=89,91>
DELETE DATA { <id/example/zh#selector=89,91> oa:end 91 }
