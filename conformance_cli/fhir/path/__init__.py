"""FHIRPath over plain JSON: parser, compiler to closures, functions, types."""
