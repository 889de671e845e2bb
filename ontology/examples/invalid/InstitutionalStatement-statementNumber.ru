# Breaks shapes:InstitutionalStatement-statementNumber in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: none
# expect: Violation InstitutionalStatement-statementNumber MinCount <id/example/preamble/paragraph/1/clause/1#statement-1>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:statementNumber "1" }

# case: not numbered as statements are
# expect: Violation InstitutionalStatement-statementNumber Pattern <id/example/preamble/paragraph/1/clause/1#statement-1>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:statementNumber "1" } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:statementNumber "one" }

# case: a number without a place
# expect: Violation InstitutionalStatement-statementNumber Datatype <id/example/preamble/paragraph/1/clause/1#statement-1>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:statementNumber "1" } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:statementNumber 1 }

# case: two numbers
# expect: Violation InstitutionalStatement-statementNumber MaxCount <id/example/preamble/paragraph/1/clause/1#statement-1>
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:statementNumber "2" }
