# Breaks shapes:InstitutionalStatement-statedIn in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: no part
# expect: Violation InstitutionalStatement-statedIn MinCount <id/example/preamble/paragraph/1/clause/1#statement-1>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:statedIn <id/example/preamble/paragraph/1/clause/1> }

# case: two parts
# expect: Violation InstitutionalStatement-statedIn MaxCount <id/example/preamble/paragraph/1/clause/1#statement-1>
# expect: Violation Component-inside SPARQL <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold>
# expect: Violation Component-inside SPARQL <id/example/preamble/paragraph/1/clause/1#statement-1-attribute-all-countries>
# expect: Violation Component-inside SPARQL <id/example/preamble/paragraph/1/clause/1#statement-1-speech-act-call-upon>
# expect: Violation Component-inside SPARQL <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:statedIn <id/example/action/1/clause/2> }

# case: a word
# expect: Violation InstitutionalStatement-statedIn NodeKind <id/example/preamble/paragraph/1/clause/1#statement-1>
DELETE WHERE { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:statedIn ?part } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:statedIn "clause 1" }
