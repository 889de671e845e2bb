# Breaks shapes:Component-order in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: none
# expect: Violation Component-order MinCount <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold> ilod:order 3 }

# case: before the first
# expect: Violation Component-order MinInclusive <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold> ilod:order 3 } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold> ilod:order 0 }

# case: not a whole number
# expect: Violation Component-order Datatype <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold> ilod:order 3 } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold> ilod:order 3.5 }

# case: two of them
# expect: Violation Component-order MaxCount <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold>
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold> ilod:order 4 }
