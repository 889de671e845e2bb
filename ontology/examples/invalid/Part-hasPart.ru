# Breaks shapes:Part-hasPart in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>

# case: the parent does not list it
# expect: Violation Part-hasPart SPARQL <id/example/conclusion>
DELETE DATA { <id/example> dcterms:hasPart <id/example/conclusion> }
