# Breaks shapes:Sibling-overlap in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: the second clause begins inside the first
# expect: Violation Sibling-overlap SPARQL <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/2> ilod:span <id/example/zh#char=92,101> } ;
INSERT DATA {
    <id/example/action/1/clause/2> ilod:span <id/example/zh#char=91,101> .
    <id/example/zh#char=91,101> a ilod:TextSpan ; oa:hasSource <id/example/zh> ; oa:hasSelector <id/example/zh#selector=91,101> .
    <id/example/zh#selector=91,101> a oa:TextQuoteSelector , oa:TextPositionSelector ; oa:start 91 ; oa:end 101 ;
        oa:exact "，鼓励公众参与监督。" ; oa:prefix ".保护河流。要求企业不得排放污水" ; oa:suffix "\n\n2.开展国际合作。在联合国河" .
} ;
DELETE WHERE { <id/example/action/1/clause/2> ilod:text ?any } ;
INSERT DATA { <id/example/action/1/clause/2> ilod:text "，鼓励公众参与监督。"@zh }
