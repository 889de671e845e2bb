# Breaks shapes:Selector-suffix in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: none at all
# expect: Violation Selector-suffix MinCount <id/example/zh#selector=89,91>
DELETE WHERE { <id/example/zh#selector=89,91> oa:suffix ?any }

# case: one too many
# expect: Violation Selector-suffix MaxCount <id/example/zh#selector=89,91>
# expect: Violation TextSpan-context SPARQL <id/example/zh#char=89,91>
INSERT DATA { <id/example/zh#selector=89,91> oa:suffix "别处" }
