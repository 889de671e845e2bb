# Breaks shapes:CodedClause-act in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: the clause has the cue of another act
# expect: Violation CodedClause-modality SPARQL <id/example/preamble/paragraph/1/clause/1>
# expect: Violation CodedClause-act SPARQL <id/example/preamble/paragraph/1/clause/1>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-speech-act-call-upon> ilod:concept <id/modality/call-upon> } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-speech-act-call-upon> ilod:concept <id/modality/encourage> }
