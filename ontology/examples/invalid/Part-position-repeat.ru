# Breaks shapes:Part-position-repeat in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: used twice
# expect: Violation Part-position-repeat SPARQL <id/example/conclusion>
# expect: Violation Part-position-repeat SPARQL <id/example/pillar/1>
INSERT DATA { <id/example/conclusion> ilod:position 3 . <id/example/pillar/1> ilod:position 3 }
