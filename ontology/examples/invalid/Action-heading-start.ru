# Breaks shapes:Action-heading-start in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: the heading begins after the number
# expect: Violation Action-heading-start SPARQL <id/example/action/1>
DELETE DATA { <id/example/action/1> ilod:headingSpan <id/example/zh#char=74,81> } ;
INSERT DATA {
    <id/example/action/1> ilod:headingSpan <id/example/zh#char=76,81> .
    <id/example/zh#char=76,81> a ilod:TextSpan ; oa:hasSource <id/example/zh> ; oa:hasSelector <id/example/zh#selector=76,81> .
    <id/example/zh#selector=76,81> a oa:TextQuoteSelector , oa:TextPositionSelector ; oa:start 76 ; oa:end 81 ;
        oa:exact "保护河流。" ; oa:prefix "坚持清洁发展，推动治理。\n\n1." ; oa:suffix "要求企业不得排放污水，鼓励公众参" .
}
