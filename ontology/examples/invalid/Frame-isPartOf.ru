# Breaks shapes:Frame-isPartOf in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: no parent
# expect: Violation Frame-isPartOf MinCount <id/example/conclusion>
# expect: Violation Part-isPartOf MinCount <id/example/conclusion>
DELETE DATA { <id/example/conclusion> dcterms:isPartOf <id/example> . <id/example> dcterms:hasPart <id/example/conclusion> }

# case: two parents
# expect: Violation Frame-isPartOf MaxCount <id/example/conclusion>
# expect: Violation Part-isPartOf MaxCount <id/example/conclusion>
INSERT DATA { <id/other> a ilod:Initiative ; rdfs:label "另一倡议"@zh , "Another initiative"@en ; ilod:pillarCount 0 ; ilod:actionCount 0 . 
    <id/example/conclusion> dcterms:isPartOf <id/other> . <id/other> dcterms:hasPart <id/example/conclusion> }

# case: a parent of another kind
# expect: Violation Frame-isPartOf Class <id/example/conclusion>
DELETE DATA { <id/example/conclusion> dcterms:isPartOf <id/example> . <id/example> dcterms:hasPart <id/example/conclusion> } ;
INSERT DATA { <id/example/conclusion> dcterms:isPartOf <id/example/pillar/1> . <id/example/pillar/1> dcterms:hasPart <id/example/conclusion> }
