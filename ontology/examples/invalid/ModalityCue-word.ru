# Breaks shapes:ModalityCue-word in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: the cue is not in the quote
# expect: Info ModalityCue-word SPARQL <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1#modality-prohibit> ilod:span <id/example/zh#char=85,87> } ;
INSERT DATA { <id/example/action/1/clause/1#modality-prohibit> ilod:span <id/example/zh#char=83,85> }
