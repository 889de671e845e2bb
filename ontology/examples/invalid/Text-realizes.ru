# Breaks shapes:Text-realizes in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: a thing of another class
# expect: Violation Text-realizes Class <id/example/zh>
DELETE DATA { <id/example/zh> eli:realizes <id/example> } ;
INSERT DATA { <id/example/zh> eli:realizes <id/example/pillar/1> }

# case: none at all
# expect: Violation Text-realizes MinCount <id/example/zh>
DELETE DATA { <id/example/zh> eli:realizes <id/example> }

# case: of two initiatives
# expect: Violation Text-realizes MaxCount <id/example/zh>
INSERT DATA { <id/other> a ilod:Initiative ; rdfs:label "另一倡议"@zh , "Another initiative"@en ; ilod:pillarCount 0 ; ilod:actionCount 0 . <id/example/zh> eli:realizes <id/other> }
