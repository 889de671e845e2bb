# Breaks shapes:Event-dates in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX schema: <http://schema.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

# case: it ends before it starts
# expect: Violation Event-dates LessThanOrEquals <id/event/river-conference>
DELETE DATA { <id/event/river-conference> schema:endDate "2001-05-04"^^xsd:date . <id/event/river-conference#endDate> ilod:onLiteral "2001-05-04"^^xsd:date } ;
INSERT DATA { <id/event/river-conference> schema:endDate "2001-05-01"^^xsd:date . <id/event/river-conference#endDate> ilod:onLiteral "2001-05-01"^^xsd:date }

# case: it starts twice
# expect: Violation Event-dates MaxCount <id/event/river-conference>
INSERT DATA { <id/event/river-conference> schema:startDate "2001-05-03"^^xsd:date .
    <id/event/river-conference#startDate-2> a ilod:ExternalFact ; ilod:onSubject <id/event/river-conference> ; ilod:onProperty schema:startDate ; ilod:onLiteral "2001-05-03"^^xsd:date ;
        ilod:seenIn "the example's own archive, entry 4" }
