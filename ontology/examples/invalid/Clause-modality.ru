# Breaks shapes:Clause-modality in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a thing of another class
# expect: Violation Clause-modality Class <id/example/action/1/clause/1>
# expect: Violation Attestation-statement SPARQL <id/example/action/1/clause/1#modality-prohibit>
# expect: Violation Statement-evidence SPARQL <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1> ilod:modality <id/modality/prohibit> } ;
INSERT DATA { <id/example/action/1/clause/1> ilod:modality <id/role/hosts> }

# case: none at all
# expect: Violation Clause-modality MinCount <id/example/action/1/clause/1>
# expect: Violation Attestation-statement SPARQL <id/example/action/1/clause/1#modality-prohibit>
DELETE DATA { <id/example/action/1/clause/1> ilod:modality <id/modality/prohibit> }
