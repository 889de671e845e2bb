# Breaks shapes:Initiative-pillars in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: two declared, one there
# expect: Violation Initiative-pillars SPARQL <id/example>
DELETE DATA { <id/example> ilod:pillarCount 1 } ;
INSERT DATA { <id/example> ilod:pillarCount 2 }
