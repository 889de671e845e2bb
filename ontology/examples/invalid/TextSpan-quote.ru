# Breaks shapes:TextSpan-quote in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: another word
# expect: Violation TextSpan-quote SPARQL <id/example/zh#char=89,91>
DELETE DATA { <id/example/zh#selector=89,91> oa:exact "污水" } ;
INSERT DATA { <id/example/zh#selector=89,91> oa:exact "废水" }
