# Breaks shapes:Action-heading in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a thing of another class
# expect: Violation Action-heading Class <id/example/action/2>
DELETE DATA { <id/example/action/2> ilod:headingSpan <id/example/zh#char=103,112> } ;
INSERT DATA { <id/example/action/2> ilod:headingSpan <id/example/zh> }

# case: none at all
# expect: Violation Action-heading MinCount <id/example/action/2>
DELETE DATA { <id/example/action/2> ilod:headingSpan <id/example/zh#char=103,112> }
