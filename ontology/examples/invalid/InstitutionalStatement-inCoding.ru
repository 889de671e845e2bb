# Breaks shapes:InstitutionalStatement-inCoding in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: in none
# expect: Violation InstitutionalStatement-inCoding MinCount <id/example/preamble/paragraph/1/clause/1#statement-1>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:inCoding <graph/coding-example> }

# case: in what is no coding
# expect: Violation InstitutionalStatement-inCoding Class <id/example/preamble/paragraph/1/clause/1#statement-1>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:inCoding <graph/coding-example> } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:inCoding <id/example> }

# case: in two
# expect: Violation InstitutionalStatement-inCoding MaxCount <id/example/preamble/paragraph/1/clause/1#statement-1>
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:inCoding <graph/coding-example-second> . <graph/coding-example-second> a ilod:Coding ;
    dcterms:license <https://creativecommons.org/licenses/by/4.0/> }
