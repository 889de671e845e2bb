# Breaks shapes:Statement-citation in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: cited without a role
# expect: Violation Statement-citation SPARQL <id/example/action/1/clause/2>
INSERT DATA { <id/example/action/1/clause/2> ilod:cites <id/institution/river-commission> }
