# Breaks shapes:Part-topic in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a group is no topic
# expect: Violation Part-topic Class <id/example/action/1/clause/1>
INSERT DATA { <id/example/action/1/clause/1> ilod:topic <id/group/enterprises> . <id/example/action/1/clause/1#addressee-enterprises> ilod:onProperty ilod:topic } ;
DELETE DATA { <id/example/action/1/clause/1> ilod:addressee <id/group/enterprises> . <id/example/action/1/clause/1#addressee-enterprises> ilod:onProperty ilod:addressee }
