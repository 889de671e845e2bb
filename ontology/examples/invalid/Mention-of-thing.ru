# Breaks shapes:Mention-of-thing in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: the United Nations, cut out of a longer name
# expect: Violation Mention-of-thing SPARQL <id/example/action/2/clause/1#cites-united-nations>
INSERT DATA {
    <id/institution/united-nations> a ilod:Institution ; rdfs:label "联合国"@zh , "United Nations"@en ;
        ilod:noMatchReason "示例"@zh , "Example"@en .
    <id/example/action/2/clause/1> ilod:cites <id/institution/united-nations> .
    <id/example/action/2/clause/1#cites-united-nations> a ilod:Citation ; ilod:onSubject <id/example/action/2/clause/1> ; ilod:onProperty ilod:cites ;
        ilod:onValue <id/institution/united-nations> ; ilod:role <id/role/hosts> ; ilod:span <id/example/zh#char=113,116> .
    <id/example/zh#char=113,116> a ilod:TextSpan ; oa:hasSource <id/example/zh> ; oa:hasSelector <id/example/zh#selector=113,116> .
    <id/example/zh#selector=113,116> a oa:TextQuoteSelector , oa:TextPositionSelector ; oa:start 113 ; oa:end 116 ;
        oa:exact "联合国" ; oa:prefix "在" ; oa:suffix "河流委员会" .
}
