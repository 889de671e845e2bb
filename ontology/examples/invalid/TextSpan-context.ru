# Breaks shapes:TextSpan-context in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: another word before the quote
# expect: Violation TextSpan-context SPARQL <id/example/zh#char=89,91>
DELETE WHERE { <id/example/zh#selector=89,91> oa:prefix ?any } ;
INSERT DATA { <id/example/zh#selector=89,91> oa:prefix "排入" }

# case: another word after the quote
# expect: Violation TextSpan-context SPARQL <id/example/zh#char=89,91>
DELETE WHERE { <id/example/zh#selector=89,91> oa:suffix ?any } ;
INSERT DATA { <id/example/zh#selector=89,91> oa:suffix "。" }
