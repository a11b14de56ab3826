"""Sun and sky on surfaces: a typical year, shading by what stands around, hours of sun on a day."""
