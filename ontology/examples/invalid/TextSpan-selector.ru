# Breaks shapes:TextSpan-selector in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: none at all
# expect: Violation TextSpan-selector MinCount <id/example/zh#char=89,91>
DELETE DATA { <id/example/zh#char=89,91> oa:hasSelector <id/example/zh#selector=89,91> }

# case: one too many
# expect: Violation TextSpan-selector MaxCount <id/example/zh#char=89,91>
# expect: Violation TextSpan-iri SPARQL <id/example/zh#char=89,91>
INSERT DATA { <id/example/zh#char=89,91> oa:hasSelector <id/example/zh#selector=83,85> }

# case: one that selects by position only
# expect: Violation TextSpan-selector Class <id/example/zh#char=89,91>
DELETE DATA { <id/example/zh#selector=89,91> a oa:TextQuoteSelector }
