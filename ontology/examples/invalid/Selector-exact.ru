# Breaks shapes:Selector-exact in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: none at all
# expect: Violation Selector-exact MinCount <id/example/zh#selector=89,91>
DELETE WHERE { <id/example/zh#selector=89,91> oa:exact ?any }

# case: one too many
# expect: Violation Selector-exact MaxCount <id/example/zh#selector=89,91>
# expect: Violation TextSpan-quote SPARQL <id/example/zh#char=89,91>
INSERT DATA { <id/example/zh#selector=89,91> oa:exact "废水" }

# case: empty
# expect: Violation Selector-exact MinLength <id/example/zh#selector=89,91>
# expect: Violation TextSpan-quote SPARQL <id/example/zh#char=89,91>
DELETE WHERE { <id/example/zh#selector=89,91> oa:exact ?any } ;
INSERT DATA { <id/example/zh#selector=89,91> oa:exact "" }
