# Breaks shapes:Citation-onProperty in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a citation of a mention
# expect: Violation Citation-onProperty HasValue <id/example/action/1/clause/1#topic-sewage>
INSERT DATA { <id/example/action/1/clause/1#topic-sewage> a ilod:Citation ; ilod:role <id/role/hosts> }
