# Breaks shapes:Clause-inside in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: the last clause runs into the next action
# expect: Violation Clause-inside SPARQL <id/example/action/1/clause/2>
DELETE DATA { <id/example/action/1/clause/2> ilod:span <id/example/zh#char=92,101> } ;
INSERT DATA {
    <id/example/action/1/clause/2> ilod:span <id/example/zh#char=92,105> .
    <id/example/zh#char=92,105> a ilod:TextSpan ; oa:hasSource <id/example/zh> ; oa:hasSelector <id/example/zh#selector=92,105> .
    <id/example/zh#selector=92,105> a oa:TextQuoteSelector , oa:TextPositionSelector ; oa:start 92 ; oa:end 105 ;
        oa:exact "鼓励公众参与监督。\n\n2." ; oa:prefix "保护河流。要求企业不得排放污水，" ; oa:suffix "开展国际合作。在联合国河流委员会" .
} ;
DELETE WHERE { <id/example/action/1/clause/2> ilod:text ?any } ;
INSERT DATA { <id/example/action/1/clause/2> ilod:text "鼓励公众参与监督。\n\n2."@zh }
