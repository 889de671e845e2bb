# Breaks shapes:Pillar-lead in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a thing of another class
# expect: Violation Pillar-lead Class <id/example/pillar/1>
DELETE DATA { <id/example/pillar/1> ilod:leadSpan <id/example/zh#char=60,72> } ;
INSERT DATA { <id/example/pillar/1> ilod:leadSpan <id/example/zh> }
