# Breaks shapes:Initiative-pillarCount in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: not an integer
# expect: Violation Initiative-pillarCount Datatype <id/example>
# expect: Violation Initiative-pillars SPARQL <id/example>
DELETE DATA { <id/example> ilod:pillarCount 1 } ;
INSERT DATA { <id/example> ilod:pillarCount "one" }

# case: one too many
# expect: Violation Initiative-pillarCount MaxCount <id/example>
# expect: Violation Initiative-pillars SPARQL <id/example>
INSERT DATA { <id/example> ilod:pillarCount 2 }

# case: none at all
# expect: Violation Initiative-pillarCount MinCount <id/example>
DELETE DATA { <id/example> ilod:pillarCount 1 }
