# Breaks shapes:ExternalFact-seenIn in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: none at all
# expect: Violation ExternalFact-seenIn MinCount <id/example#issued>
DELETE WHERE { <id/example#issued> ilod:seenIn ?any }

# case: empty
# expect: Violation ExternalFact-seenIn Pattern <id/example#issued>
DELETE WHERE { <id/example#issued> ilod:seenIn ?any } ;
INSERT DATA { <id/example#issued> ilod:seenIn " " }
