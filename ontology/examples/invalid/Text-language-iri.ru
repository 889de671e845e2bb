# Breaks shapes:Text-language-iri in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>

# case: a string
# expect: Violation Text-language-iri NodeKind <id/example/zh>
INSERT DATA { <id/example/zh> dcterms:language "zh" }
