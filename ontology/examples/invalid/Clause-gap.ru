# Breaks shapes:Clause-gap in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: the full stop is left out
# expect: Violation Clause-gap SPARQL <id/example/action/1/clause/2>
DELETE DATA { <id/example/action/1/clause/2> ilod:span <id/example/zh#char=92,101> } ;
INSERT DATA {
    <id/example/action/1/clause/2> ilod:span <id/example/zh#char=92,100> .
    <id/example/zh#char=92,100> a ilod:TextSpan ; oa:hasSource <id/example/zh> ; oa:hasSelector <id/example/zh#selector=92,100> .
    <id/example/zh#selector=92,100> a oa:TextQuoteSelector , oa:TextPositionSelector ; oa:start 92 ; oa:end 100 ;
        oa:exact "鼓励公众参与监督" ; oa:prefix "保护河流。要求企业不得排放污水，" ; oa:suffix "。\n\n2.开展国际合作。在联合国" .
} ;
DELETE WHERE { <id/example/action/1/clause/2> ilod:text ?any } ;
INSERT DATA { <id/example/action/1/clause/2> ilod:text "鼓励公众参与监督"@zh }

# case: a comma between two clauses of a lead is left out
# expect: Violation Clause-gap SPARQL <id/example/pillar/1/clause/1>
DELETE DATA { <id/example/pillar/1/clause/1> ilod:span <id/example/zh#char=60,67> } ;
INSERT DATA {
    <id/example/pillar/1/clause/1> ilod:span <id/example/zh#char=60,66> .
    <id/example/zh#char=60,66> a ilod:TextSpan ; oa:hasSource <id/example/zh> ; oa:hasSelector <id/example/zh#selector=60,66> .
    <id/example/zh#selector=60,66> a oa:TextQuoteSelector , oa:TextPositionSelector ; oa:start 60 ; oa:end 66 ;
        oa:exact "坚持清洁发展" ; oa:prefix "国坚持清水原则。\n\n共同治理\n\n" ; oa:suffix "，推动治理。\n\n1.保护河流。要" .
} ;
DELETE WHERE { <id/example/pillar/1/clause/1> ilod:text ?any } ;
INSERT DATA { <id/example/pillar/1/clause/1> ilod:text "坚持清洁发展"@zh }
