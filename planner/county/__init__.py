"""CSV to a county: specs, reading, rules, detail, prices and options."""
