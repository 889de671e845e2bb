# Breaks shapes:Text-length in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: not an integer
# expect: Violation Text-length Datatype <id/example/zh>
# expect: Violation Text-length-true SPARQL <id/example/zh>
DELETE DATA { <id/example/zh> ilod:length 149 } ;
INSERT DATA { <id/example/zh> ilod:length "one" }

# case: one too many
# expect: Violation Text-length MaxCount <id/example/zh>
# expect: Violation Text-length-true SPARQL <id/example/zh>
INSERT DATA { <id/example/zh> ilod:length 150 }
