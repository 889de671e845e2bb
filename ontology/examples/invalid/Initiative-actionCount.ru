# Breaks shapes:Initiative-actionCount in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: not an integer
# expect: Violation Initiative-actionCount Datatype <id/example>
# expect: Violation Initiative-actions SPARQL <id/example>
DELETE DATA { <id/example> ilod:actionCount 2 } ;
INSERT DATA { <id/example> ilod:actionCount "one" }

# case: one too many
# expect: Violation Initiative-actionCount MaxCount <id/example>
# expect: Violation Initiative-actions SPARQL <id/example>
INSERT DATA { <id/example> ilod:actionCount 3 }

# case: none at all
# expect: Violation Initiative-actionCount MinCount <id/example>
DELETE DATA { <id/example> ilod:actionCount 2 }
