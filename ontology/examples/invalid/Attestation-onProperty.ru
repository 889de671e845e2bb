# Breaks shapes:Attestation-onProperty in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: none at all
# expect: Violation Attestation-onProperty MinCount <id/example/action/1/clause/1#topic-sewage>
# expect: Violation Statement-evidence SPARQL <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1#topic-sewage> ilod:onProperty ilod:topic }

# case: two properties
# expect: Violation Attestation-onProperty MaxCount <id/example/action/1/clause/1#topic-sewage>
INSERT DATA { <id/example/action/1/clause/1#topic-sewage> ilod:onProperty ilod:mentions . <id/example/action/1/clause/1> ilod:mentions <id/topic/sewage> }

# case: not an IRI
# expect: Violation Attestation-onProperty NodeKind <id/example/action/1/clause/1#topic-sewage>
# expect: Violation Attestation-statement SPARQL <id/example/action/1/clause/1#topic-sewage>
# expect: Violation Statement-evidence SPARQL <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1#topic-sewage> ilod:onProperty ilod:topic } ;
INSERT DATA { <id/example/action/1/clause/1#topic-sewage> ilod:onProperty "topic" }
