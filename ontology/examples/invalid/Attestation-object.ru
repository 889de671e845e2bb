# Breaks shapes:Attestation-object in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: neither value nor literal
# expect: Violation Attestation-object SPARQL <id/example/preamble/paragraph/1#mentions-humankind>
DELETE DATA { <id/example/preamble/paragraph/1#mentions-humankind> ilod:onValue <id/group/humankind> . <id/example/preamble/paragraph/1> ilod:mentions <id/group/humankind> }

# case: a value and a literal
# expect: Violation Attestation-object SPARQL <id/example/action/1/clause/1#topic-sewage>
# expect: Violation Part-topic Class <id/example/action/1/clause/1>
# expect: Violation Statement-evidence SPARQL <id/example/action/1/clause/1>
INSERT DATA { <id/example/action/1/clause/1#topic-sewage> ilod:onLiteral "sewage" . <id/example/action/1/clause/1> ilod:topic "sewage" }
