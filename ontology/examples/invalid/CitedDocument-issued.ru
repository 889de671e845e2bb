# Breaks shapes:CitedDocument-issued in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>

# case: none at all
# expect: Info CitedDocument-issued MinCount <id/document/river-declaration>
DELETE WHERE { <id/document/river-declaration> dcterms:issued ?date } ;
DELETE WHERE { <id/document/river-declaration#issued> ?property ?value }
