"""Text in, scores and evidence out; prevalence maths; the artifact format."""
