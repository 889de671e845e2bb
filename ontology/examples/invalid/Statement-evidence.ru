# Breaks shapes:Statement-evidence in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a topic without evidence
# expect: Violation Statement-evidence SPARQL <id/example/action/1/clause/2>
INSERT DATA { <id/example/action/1/clause/2> ilod:topic <id/topic/sewage> }
