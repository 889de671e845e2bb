# Breaks shapes:Mention-of-group in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: countries, cut out of developing countries
# expect: Warning Mention-of-group SPARQL <id/example/action/2/clause/2#mentions-countries>
INSERT DATA {
    <id/group/countries> a ilod:StakeholderGroup ; skos:prefLabel "国家"@zh , "countries"@en ; skos:inScheme <id/group> ;
        ilod:noMatchReason "示例"@zh , "Example"@en .
    <id/example/action/2/clause/2> ilod:mentions <id/group/countries> .
    <id/example/action/2/clause/2#mentions-countries> a ilod:Evidence ; ilod:onSubject <id/example/action/2/clause/2> ; ilod:onProperty ilod:mentions ;
        ilod:onValue <id/group/countries> ; ilod:span <id/example/zh#char=134,136> .
    <id/example/zh#char=134,136> a ilod:TextSpan ; oa:hasSource <id/example/zh> ; oa:hasSelector <id/example/zh#selector=134,136> .
    <id/example/zh#selector=134,136> a oa:TextQuoteSelector , oa:TextPositionSelector ; oa:start 134 ; oa:end 136 ;
        oa:exact "国家" ; oa:prefix "发展中" ; oa:suffix "提升" .
}
