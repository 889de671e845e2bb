# Breaks shapes:RegulativeStatement-aim in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: nothing is asked
# expect: Violation RegulativeStatement-aim MinCount <id/example/preamble/paragraph/1/clause/1#statement-1>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:aim <id/example/preamble/paragraph/1/clause/1#statement-1-aim-uphold> }

# case: something is asked that is no component
# expect: Violation RegulativeStatement-aim Class <id/example/preamble/paragraph/1/clause/1#statement-1>
DELETE WHERE { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:aim ?aim } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:aim <id/topic/sewage> }
