# Breaks shapes:Paragraph-isPartOf in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>

# case: no parent
# expect: Violation Part-isPartOf MinCount <id/example/preamble/paragraph/1>
# expect: Violation Paragraph-isPartOf MinCount <id/example/preamble/paragraph/1>
DELETE DATA { <id/example/preamble/paragraph/1> dcterms:isPartOf <id/example/preamble> . <id/example/preamble> dcterms:hasPart <id/example/preamble/paragraph/1> }

# case: two parents
# expect: Violation Part-isPartOf MaxCount <id/example/preamble/paragraph/1>
# expect: Violation Paragraph-isPartOf MaxCount <id/example/preamble/paragraph/1>
INSERT DATA { <id/example/preamble/paragraph/1> dcterms:isPartOf <id/example/conclusion> . <id/example/conclusion> dcterms:hasPart <id/example/preamble/paragraph/1> }

# case: a parent that is a word
# expect: Violation Paragraph-isPartOf NodeKind <id/example/preamble/paragraph/1>
# expect: Violation Part-hasPart SPARQL <id/example/preamble/paragraph/1>
DELETE DATA { <id/example/preamble/paragraph/1> dcterms:isPartOf <id/example/preamble> . <id/example/preamble> dcterms:hasPart <id/example/preamble/paragraph/1> } ;
INSERT DATA { <id/example/preamble/paragraph/1> dcterms:isPartOf "the preamble" }
