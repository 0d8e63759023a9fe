"""YAML to a typed scenario: the schema, strict reading, where each value came from."""
