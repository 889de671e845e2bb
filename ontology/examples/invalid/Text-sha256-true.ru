# Breaks shapes:Text-sha256-true in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: the digest of another text
# expect: Violation Text-sha256-true SPARQL <id/example/zh>
DELETE DATA { <id/example/zh> ilod:sha256 "34745c9a7c3964a4a8496db357b3e165ab1ea563cdfb22fe17168a5cad60becd" } ;
INSERT DATA { <id/example/zh> ilod:sha256 "0000000000000000000000000000000000000000000000000000000000000000" }
