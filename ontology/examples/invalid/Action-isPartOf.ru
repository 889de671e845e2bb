# Breaks shapes:Action-isPartOf in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>

# case: no parent
# expect: Violation Action-isPartOf MinCount <id/example/action/2>
# expect: Violation Initiative-actions SPARQL <id/example>
# expect: Violation Pillar-actions SPARQL <id/example/pillar/1>
# expect: Violation Part-isPartOf MinCount <id/example/action/2>
DELETE DATA { <id/example/action/2> dcterms:isPartOf <id/example/pillar/1> . <id/example/pillar/1> dcterms:hasPart <id/example/action/2> }

# case: two parents
# expect: Violation Action-isPartOf Class <id/example/action/2>
# expect: Violation Action-isPartOf MaxCount <id/example/action/2>
# expect: Violation Part-isPartOf MaxCount <id/example/action/2>
INSERT DATA { <id/example/action/2> dcterms:isPartOf <id/example/pillar/9> . <id/example/pillar/9> dcterms:hasPart <id/example/action/2> }

# case: a parent of another kind
# expect: Violation Action-isPartOf Class <id/example/action/2>
# expect: Violation Pillar-actions SPARQL <id/example/pillar/1>
DELETE DATA { <id/example/action/2> dcterms:isPartOf <id/example/pillar/1> . <id/example/pillar/1> dcterms:hasPart <id/example/action/2> } ;
INSERT DATA { <id/example/action/2> dcterms:isPartOf <id/example/preamble> . <id/example/preamble> dcterms:hasPart <id/example/action/2> }
