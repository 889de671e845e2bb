# Breaks shapes:Component-inside in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: the words stand in another clause
# expect: Violation Component-inside SPARQL <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold>
DELETE WHERE { <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold> ilod:span ?span } ;
DELETE WHERE { <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold> ilod:text ?text } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold> ilod:span <id/example/zh#char=67,69> ; ilod:text "推动"@zh }
