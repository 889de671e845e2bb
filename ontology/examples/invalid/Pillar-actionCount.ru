# Breaks shapes:Pillar-actionCount in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: not an integer
# expect: Violation Pillar-actionCount Datatype <id/example/pillar/1>
# expect: Violation Pillar-actions SPARQL <id/example/pillar/1>
DELETE DATA { <id/example/pillar/1> ilod:actionCount 2 } ;
INSERT DATA { <id/example/pillar/1> ilod:actionCount "one" }

# case: one too many
# expect: Violation Pillar-actionCount MaxCount <id/example/pillar/1>
# expect: Violation Pillar-actions SPARQL <id/example/pillar/1>
INSERT DATA { <id/example/pillar/1> ilod:actionCount 3 }
