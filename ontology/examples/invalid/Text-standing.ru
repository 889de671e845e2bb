# Breaks shapes:Text-standing in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: none at all
# expect: Violation Text-standing SPARQL <id/example/zh>
DELETE DATA { <id/example/zh> a ilod:AuthenticText }

# case: two
# expect: Violation Text-standing SPARQL <id/example/zh>
INSERT DATA { <id/example/zh> a ilod:OfficialTranslation }
