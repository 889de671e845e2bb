# Breaks shapes:Pillar-isPartOf in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: no parent
# expect: Violation Pillar-isPartOf MinCount <id/example/pillar/1>
# expect: Violation Initiative-actions SPARQL <id/example>
# expect: Violation Initiative-pillars SPARQL <id/example>
# expect: Violation Part-isPartOf MinCount <id/example/pillar/1>
DELETE DATA { <id/example/pillar/1> dcterms:isPartOf <id/example> . <id/example> dcterms:hasPart <id/example/pillar/1> }

# case: two parents
# expect: Violation Pillar-isPartOf MaxCount <id/example/pillar/1>
# expect: Violation Part-isPartOf MaxCount <id/example/pillar/1>
INSERT DATA { <id/other> a ilod:Initiative ; rdfs:label "另一倡议"@zh , "Another initiative"@en ; ilod:pillarCount 1 ; ilod:actionCount 2 . 
    <id/example/pillar/1> dcterms:isPartOf <id/other> . <id/other> dcterms:hasPart <id/example/pillar/1> }

# case: a parent of another kind
# expect: Violation Pillar-isPartOf Class <id/example/pillar/1>
# expect: Violation Initiative-actions SPARQL <id/example>
# expect: Violation Initiative-pillars SPARQL <id/example>
DELETE DATA { <id/example/pillar/1> dcterms:isPartOf <id/example> . <id/example> dcterms:hasPart <id/example/pillar/1> } ;
INSERT DATA { <id/example/pillar/1> dcterms:isPartOf <id/example/conclusion> . <id/example/conclusion> dcterms:hasPart <id/example/pillar/1> }
