# Breaks shapes:Initiative-actions in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: three declared, two there
# expect: Violation Initiative-actions SPARQL <id/example>
DELETE DATA { <id/example> ilod:actionCount 2 } ;
INSERT DATA { <id/example> ilod:actionCount 3 }
