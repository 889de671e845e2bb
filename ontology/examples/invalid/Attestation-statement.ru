# Breaks shapes:Attestation-statement in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: evidence of what is not said
# expect: Violation Attestation-statement SPARQL <id/example/action/1/clause/1#topic-sewage>
DELETE DATA { <id/example/action/1/clause/1> ilod:topic <id/topic/sewage> }
