# Breaks shapes:Pillar-lead-start in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: the first clause begins one character late
# expect: Violation Pillar-lead-start SPARQL <id/example/pillar/1>
DELETE DATA { <id/example/pillar/1/clause/1> ilod:span <id/example/zh#char=60,67> } ;
INSERT DATA {
    <id/example/pillar/1/clause/1> ilod:span <id/example/zh#char=61,67> .
    <id/example/zh#char=61,67> a ilod:TextSpan ; oa:hasSource <id/example/zh> ; oa:hasSelector <id/example/zh#selector=61,67> .
    <id/example/zh#selector=61,67> a oa:TextQuoteSelector , oa:TextPositionSelector ; oa:start 61 ; oa:end 67 ;
        oa:exact "持清洁发展，" ; oa:prefix "坚持清水原则。\n\n共同治理\n\n坚" ; oa:suffix "推动治理。\n\n1.保护河流。要求" .
} ;
DELETE WHERE { <id/example/pillar/1/clause/1> ilod:text ?any } ;
INSERT DATA { <id/example/pillar/1/clause/1> ilod:text "持清洁发展，"@zh } ;
DELETE WHERE { <id/example/pillar/1/clause/1#modality-uphold> ilod:span ?any } ;
INSERT DATA { <id/example/pillar/1/clause/1#modality-uphold> ilod:implied true ; ilod:reason "从略"@zh , "left out"@en }
