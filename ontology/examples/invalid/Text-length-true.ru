# Breaks shapes:Text-length-true in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: one character less
# expect: Violation Text-length-true SPARQL <id/example/zh>
DELETE DATA { <id/example/zh> ilod:length 149 } ;
INSERT DATA { <id/example/zh> ilod:length 150 }
