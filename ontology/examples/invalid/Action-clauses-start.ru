# Breaks shapes:Action-clauses-start in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: the first clause begins one character late
# expect: Violation Action-clauses-start SPARQL <id/example/action/1>
DELETE DATA { <id/example/action/1/clause/1> ilod:span <id/example/zh#char=81,92> } ;
INSERT DATA {
    <id/example/action/1/clause/1> ilod:span <id/example/zh#char=83,92> .
    <id/example/zh#char=83,92> a ilod:TextSpan ; oa:hasSource <id/example/zh> ; oa:hasSelector <id/example/zh#selector=83,92> .
    <id/example/zh#selector=83,92> a oa:TextQuoteSelector , oa:TextPositionSelector ; oa:start 83 ; oa:end 92 ;
        oa:exact "企业不得排放污水，" ; oa:prefix "推动治理。\n\n1.保护河流。要求" ; oa:suffix "鼓励公众参与监督。\n\n2.开展国" .
} ;
DELETE WHERE { <id/example/action/1/clause/1> ilod:text ?any } ;
INSERT DATA { <id/example/action/1/clause/1> ilod:text "企业不得排放污水，"@zh }
