# Breaks shapes:Attestation-onValue in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: two values
# expect: Violation Attestation-onValue MaxCount <id/example/action/1/clause/1#topic-sewage>
INSERT DATA { <id/example/action/1/clause/1#topic-sewage> ilod:onValue <id/topic/international-cooperation> . <id/example/action/1/clause/1> ilod:topic <id/topic/international-cooperation> }

# case: not an IRI
# expect: Violation Attestation-onValue NodeKind <id/example/action/1/clause/1#topic-sewage>
# expect: Violation Attestation-statement SPARQL <id/example/action/1/clause/1#topic-sewage>
# expect: Violation Statement-evidence SPARQL <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1#topic-sewage> ilod:onValue <id/topic/sewage> } ;
INSERT DATA { <id/example/action/1/clause/1#topic-sewage> ilod:onValue "sewage" }
