# Breaks shapes:Part-invokes in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: an event is no idea
# expect: Violation Part-invokes Class <id/example/preamble/paragraph/1/clause/1>
# expect: Info Idea-used SPARQL <id/example/principle/clear-water>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1> ilod:invokes <id/example/principle/clear-water> . <id/example/preamble/paragraph/1/clause/1#invokes-clear-water> ilod:onValue <id/example/principle/clear-water> } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1> ilod:invokes <id/event/river-conference> . <id/example/preamble/paragraph/1/clause/1#invokes-clear-water> ilod:onValue <id/event/river-conference> }
