"""The starter glossary and guidelines, and the demonstration county."""
