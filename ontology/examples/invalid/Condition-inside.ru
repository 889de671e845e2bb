# Breaks shapes:Condition-inside in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: the condition begins before its clause
# expect: Violation Condition-inside SPARQL <id/example/action/2/clause/1#condition-1>
DELETE DATA { <id/example/action/2/clause/1#condition-1> ilod:span <id/example/zh#char=112,124> } ;
INSERT DATA {
    <id/example/action/2/clause/1#condition-1> ilod:span <id/example/zh#char=111,124> .
    <id/example/zh#char=111,124> a ilod:TextSpan ; oa:hasSource <id/example/zh> ; oa:hasSelector <id/example/zh#selector=111,124> .
    <id/example/zh#selector=111,124> a oa:TextQuoteSelector , oa:TextPositionSelector ; oa:start 111 ; oa:end 124 ;
        oa:exact "。在联合国河流委员会框架下" ; oa:prefix "众参与监督。\n\n2.开展国际合作" ; oa:suffix "开展合作，帮助发展中国家提升能力" .
} ;
DELETE WHERE { <id/example/action/2/clause/1#condition-1> ilod:text ?any } ;
INSERT DATA { <id/example/action/2/clause/1#condition-1> ilod:text "。在联合国河流委员会框架下"@zh }
