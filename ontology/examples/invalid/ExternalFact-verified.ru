# Breaks shapes:ExternalFact-verified in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: marked as unverified
# expect: Violation ExternalFact-verified SPARQL <id/example#issued>
DELETE WHERE { <id/example#issued> ilod:seenIn ?any } ;
INSERT DATA { <id/example#issued> ilod:seenIn "UNVERIFIED" }
