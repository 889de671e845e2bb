# Breaks shapes:Part-cites in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a group is not cited
# expect: Violation Part-cites Class <id/example/preamble/paragraph/1>
DELETE DATA { <id/example/preamble/paragraph/1> ilod:cites <id/event/river-conference> . <id/example/preamble/paragraph/1#cites-river-conference> ilod:onValue <id/event/river-conference> } ;
INSERT DATA { <id/example/preamble/paragraph/1> ilod:cites <id/group/public> . <id/example/preamble/paragraph/1#cites-river-conference> ilod:onValue <id/group/public> }
