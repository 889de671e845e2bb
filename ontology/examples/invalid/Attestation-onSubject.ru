# Breaks shapes:Attestation-onSubject in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: none at all
# expect: Violation Attestation-onSubject MinCount <id/example/action/1/clause/1#topic-sewage>
# expect: Violation Statement-evidence SPARQL <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1#topic-sewage> ilod:onSubject <id/example/action/1/clause/1> }

# case: two subjects
# expect: Violation Attestation-onSubject MaxCount <id/example/action/1/clause/1#topic-sewage>
INSERT DATA { <id/example/action/1/clause/1#topic-sewage> ilod:onSubject <id/example/action/1/clause/2> . <id/example/action/1/clause/2> ilod:topic <id/topic/sewage> . <id/example/action/1/clause/1#topic-sewage> ilod:implied true ; ilod:reason "两处"@zh , "in two places"@en }

# case: not an IRI
# expect: Violation Attestation-onSubject NodeKind <id/example/action/1/clause/1#topic-sewage>
# expect: Violation Attestation-statement SPARQL <id/example/action/1/clause/1#topic-sewage>
# expect: Violation Evidence-inside SPARQL <id/example/action/1/clause/1#topic-sewage>
# expect: Violation Statement-evidence SPARQL <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1#topic-sewage> ilod:onSubject <id/example/action/1/clause/1> } ;
INSERT DATA { <id/example/action/1/clause/1#topic-sewage> ilod:onSubject "clause 1" }
