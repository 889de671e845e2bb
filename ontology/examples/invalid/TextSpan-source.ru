# Breaks shapes:TextSpan-source in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: none at all
# expect: Violation TextSpan-source MinCount <id/example/zh#char=89,91>
DELETE DATA { <id/example/zh#char=89,91> oa:hasSource <id/example/zh> }

# case: two texts
# expect: Violation TextSpan-source MaxCount <id/example/zh#char=89,91>
# expect: Violation TextSpan-iri SPARQL <id/example/zh#char=89,91>
# expect: Violation Text-language MinCount <id/example/zh2>
# expect: Violation Text-standing SPARQL <id/example/zh2>
# expect: Violation Evidence-inside SPARQL <id/example/action/1/clause/1#topic-sewage>
INSERT DATA { <id/example/zh#char=89,91> oa:hasSource <id/example/zh2> . <id/example/zh2> a ilod:Text ; eli:realizes <id/example> ; rdfs:label "副本"@zh , "Copy"@en ; ilod:length 149 ; ilod:sha256 "34745c9a7c3964a4a8496db357b3e165ab1ea563cdfb22fe17168a5cad60becd" ; ilod:text "共护清洁河流倡议\n\n河流属于全人类。2001年，首届河流大会发表《河流宣言》，我们呼吁各国坚持清水原则。\n\n共同治理\n\n坚持清洁发展，推动治理。\n\n1.保护河流。要求企业不得排放污水，鼓励公众参与监督。\n\n2.开展国际合作。在联合国河流委员会框架下开展合作，帮助发展中国家提升能力。\n\n愿江河长清。"@zh }

# case: a source of another class
# expect: Violation TextSpan-source Class <id/example/zh#char=89,91>
# expect: Violation TextSpan-iri SPARQL <id/example/zh#char=89,91>
# expect: Violation Evidence-inside SPARQL <id/example/action/1/clause/1#topic-sewage>
DELETE DATA { <id/example/zh#char=89,91> oa:hasSource <id/example/zh> } ;
INSERT DATA { <id/example/zh#char=89,91> oa:hasSource <id/example> }
