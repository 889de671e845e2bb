"""Slots of SSSOM 1.1: which a mapping has, which a mapping set, and the kind of their values.

Source: the LinkML schema of the standard (``sssom_schema.yaml``, 1.1); a test compares the two where it is installed.
"""

from __future__ import annotations

from initiative_lod.vocabulary import DCTERMS, OWL, PROV, RDF, RDFS, SKOS, SSSOM

#: Slots of a mapping, in the order of the standard, in which columns are written.
MAPPING = tuple(
    """record_id subject_id subject_label subject_category predicate_id predicate_label predicate_modifier object_id
    object_label object_category mapping_justification author_id author_label reviewer_id reviewer_label creator_id
    creator_label license subject_type subject_source subject_source_version object_type object_source
    object_source_version predicate_type mapping_provider mapping_source mapping_cardinality cardinality_scope
    mapping_tool mapping_tool_id mapping_tool_version mapping_date publication_date review_date confidence
    reviewer_agreement curation_rule curation_rule_text subject_match_field object_match_field match_string
    subject_preprocessing object_preprocessing similarity_score similarity_measure see_also issue_tracker_item other
    comment""".split()
)
#: Slots of a mapping set, in the order of the standard; curie_map and extension_definitions are no values of it.
MAPPING_SET = tuple(
    """sssom_version mapping_set_id mapping_set_version mapping_set_source mapping_set_title mapping_set_description
    mapping_set_confidence creator_id creator_label license subject_type subject_source subject_source_version
    object_type object_source object_source_version predicate_type mapping_provider cardinality_scope mapping_tool
    mapping_tool_id mapping_tool_version mapping_date publication_date subject_match_field object_match_field
    subject_preprocessing object_preprocessing similarity_measure curation_rule curation_rule_text see_also
    issue_tracker other comment""".split()
)
ALL = frozenset(MAPPING) | frozenset(MAPPING_SET)
REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")

#: Slots whose values name something by CURIE or IRI (``EntityReference``).
ENTITY = frozenset(
    """record_id subject_id predicate_id object_id mapping_justification author_id reviewer_id creator_id
    subject_source object_source mapping_source mapping_tool_id subject_match_field object_match_field
    subject_preprocessing object_preprocessing curation_rule issue_tracker_item""".split()
)
#: Slots whose values are IRIs written in full (``NonRelativeURI``); SSSOM 1.0 allowed any text in them.
URI = frozenset("mapping_set_id mapping_set_source license mapping_provider see_also issue_tracker".split())
DATE = frozenset("mapping_date publication_date review_date".split())
#: Slots of numbers, with the least and the greatest that may stand in them.
NUMBER = {
    "confidence": (0, 1),
    "mapping_set_confidence": (0, 1),
    "reviewer_agreement": (-1, 1),
    "similarity_score": (0, 1),
}
#: Slots that may have several values: parted by ``|`` in a cell, a list in a header.
SEVERAL = frozenset(
    """mapping_set_source creator_id creator_label author_id author_label reviewer_id reviewer_label
    cardinality_scope subject_match_field object_match_field match_string subject_preprocessing object_preprocessing
    curation_rule curation_rule_text see_also""".split()
)
#: Slots of a set that hold for each of its mappings, if none has a value of its own ("propagatable slots").
PROPAGATED = frozenset(
    """subject_type predicate_type object_type subject_source subject_source_version object_source
    object_source_version mapping_provider cardinality_scope mapping_tool mapping_tool_id mapping_tool_version
    mapping_date subject_match_field object_match_field subject_preprocessing object_preprocessing curation_rule
    curation_rule_text similarity_measure""".split()
)
#: Slots that came with SSSOM 1.1: a set that uses one says so (``sssom_version``).
SINCE_1_1 = frozenset(
    """sssom_version record_id predicate_type mapping_set_confidence cardinality_scope mapping_tool_id review_date
    reviewer_agreement""".split()
)

LITERAL = "rdfs literal"  # the subject_type or object_type of what is no thing but a string
COMPOSED = "composed entity expression"  # of what is put together from several things, and may have no IRI
NOT = "Not"  # the one predicate_modifier: the mapping is denied
_TYPES = frozenset(
    {
        "owl class",
        "owl object property",
        "owl data property",
        "owl annotation property",
        "owl named individual",
        "skos concept",
        "rdfs resource",
        "rdfs class",
        LITERAL,
        "rdfs datatype",
        "rdf property",
        COMPOSED,
    }
)
#: The values that a slot may have, where they are few.
VALUES = {
    "sssom_version": frozenset({"1.0", "1.1"}),
    "subject_type": _TYPES,
    "predicate_type": _TYPES,
    "object_type": _TYPES,
    "predicate_modifier": frozenset({NOT}),
    "mapping_cardinality": frozenset("1:1 1:n n:1 n:n 1:0 0:1 0:0".split()),
}

#: Slots whose property in RDF is not ``sssom:<slot>``, by that property: of a mapping, and of a mapping set.
PROPERTIES = {
    f"{OWL.iri}annotatedSource": "subject_id",
    f"{OWL.iri}annotatedProperty": "predicate_id",
    f"{OWL.iri}annotatedTarget": "object_id",
    f"{OWL.iri}versionInfo": "mapping_set_version",
    f"{DCTERMS.iri}title": "mapping_set_title",
    f"{DCTERMS.iri}description": "mapping_set_description",
    f"{DCTERMS.iri}creator": "creator_id",
    "http://purl.org/pav/authoredBy": "author_id",
    f"{DCTERMS.iri}license": "license",
    f"{PROV.iri}wasDerivedFrom": "mapping_set_source",
    f"{DCTERMS.iri}created": "mapping_date",
    f"{DCTERMS.iri}issued": "publication_date",
    f"{RDFS.iri}seeAlso": "see_also",
    f"{RDFS.iri}comment": "comment",
}
#: Values of enumerations that are things in RDF ("meaning"), by these.
MEANINGS = {
    f"{OWL.iri}Class": "owl class",
    f"{OWL.iri}ObjectProperty": "owl object property",
    f"{OWL.iri}DataProperty": "owl data property",
    f"{OWL.iri}AnnotationProperty": "owl annotation property",
    f"{OWL.iri}NamedIndividual": "owl named individual",
    f"{SKOS.iri}Concept": "skos concept",
    f"{RDFS.iri}Resource": "rdfs resource",
    f"{RDFS.iri}Class": "rdfs class",
    f"{RDFS.iri}Literal": LITERAL,
    f"{RDFS.iri}Datatype": "rdfs datatype",
    f"{RDF.iri}Property": "rdf property",
    f"{SSSOM.iri}ComposedEntityExpression": COMPOSED,
    f"{SSSOM.iri}NegatedPredicate": NOT,
    f"{SSSOM.iri}version1.0": "1.0",
    f"{SSSOM.iri}version1.1": "1.1",
}

#: Prefixes that a mapping set need not declare, and may not declare otherwise.
BUILT_IN = {
    "linkml": "https://w3id.org/linkml/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

#: Slots of versions before 1.0 under the names that they have now.
RENAMED = {
    "match_type": ("mapping_justification",),
    "match_term_type": ("subject_type", "object_type"),
    "semantic_similarity_score": ("similarity_score",),
    "semantic_similarity_measure": ("similarity_measure",),
}
#: Values of these slots as they are written now; a value that is missing here is an error.
REWORDED = {
    "match_type": {
        "Lexical": "semapv:LexicalMatching",
        "Logical": "semapv:LogicalMatching",
        "HumanCurated": "semapv:ManualMappingCuration",
        "Complex": "semapv:CompositeMatching",
        "Unspecified": "semapv:UnspecifiedMatching",
        "SemanticSimilarity": "semapv:SemanticSimilarityThresholdMatching",
    },
    "match_term_type": {
        "ConceptMatch": "skos concept",
        "ClassMatch": "owl class",
        "ObjectPropertyMatch": "owl object property",
        "IndividualMatch": "owl named individual",
        "DataPropertyMatch": "owl data property",
        "TermMatch": LITERAL,
    },
}
