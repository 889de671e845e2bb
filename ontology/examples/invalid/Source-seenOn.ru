# Breaks shapes:Source-seenOn in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: no day
# expect: Violation Source-seenOn MinCount <id/archive/1>
DELETE WHERE { <id/archive/1> ilod:seenOn ?any }

# case: two days
# expect: Violation Source-seenOn MaxCount <id/archive/1>
INSERT DATA { <id/archive/1> ilod:seenOn "2002-04-02"^^<http://www.w3.org/2001/XMLSchema#date> }

# case: no date
# expect: Violation Source-seenOn Datatype <id/archive/1>
DELETE WHERE { <id/archive/1> ilod:seenOn ?any } ;
INSERT DATA { <id/archive/1> ilod:seenOn "in April" }
