# Breaks shapes:Part-listed in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>

# case: listed by what is not its parent
# expect: Violation Part-listed SPARQL <id/example/conclusion>
INSERT DATA { <id/example/preamble> dcterms:hasPart <id/example/conclusion> }
