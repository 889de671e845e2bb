# Breaks shapes:TextSpan-end in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: past the end of the text
# expect: Violation TextSpan-end SPARQL <id/example/zh#char=143,149>
# expect: Violation TextSpan-iri SPARQL <id/example/zh#char=143,149>
DELETE DATA { <id/example/zh#selector=143,149> oa:end 149 } ;
INSERT DATA { <id/example/zh#selector=143,149> oa:end 150 }
