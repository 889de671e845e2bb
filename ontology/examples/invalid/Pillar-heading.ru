# Breaks shapes:Pillar-heading in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a thing of another class
# expect: Violation Pillar-heading Class <id/example/pillar/1>
DELETE DATA { <id/example/pillar/1> ilod:headingSpan <id/example/zh#char=54,58> } ;
INSERT DATA { <id/example/pillar/1> ilod:headingSpan <id/example/zh> }

# case: none at all
# expect: Violation Pillar-heading MinCount <id/example/pillar/1>
DELETE DATA { <id/example/pillar/1> ilod:headingSpan <id/example/zh#char=54,58> }
