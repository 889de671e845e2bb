# Breaks shapes:Part-isPartOf in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>

# case: none at all
# expect: Violation Part-isPartOf MinCount <id/example/conclusion>
# expect: Violation Part-listed SPARQL <id/example/conclusion>
# expect: Violation Frame-isPartOf MinCount <id/example/conclusion>
DELETE DATA { <id/example/conclusion> dcterms:isPartOf <id/example> }

# case: two
# expect: Violation Part-isPartOf MaxCount <id/example/conclusion>
# expect: Violation Frame-isPartOf Class <id/example/conclusion>
# expect: Violation Frame-isPartOf MaxCount <id/example/conclusion>
INSERT DATA { <id/example/conclusion> dcterms:isPartOf <id/example/pillar/1> . <id/example/pillar/1> dcterms:hasPart <id/example/conclusion> }
