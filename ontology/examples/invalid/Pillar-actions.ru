# Breaks shapes:Pillar-actions in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: three declared, two there
# expect: Violation Pillar-actions SPARQL <id/example/pillar/1>
DELETE DATA { <id/example/pillar/1> ilod:actionCount 2 } ;
INSERT DATA { <id/example/pillar/1> ilod:actionCount 3 }
