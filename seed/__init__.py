"""The starter glossary and guidelines, and the demonstration county."""

# The source of the fictional decisions, by which pages know to say so.
DEMONSTRATION = "demo"
