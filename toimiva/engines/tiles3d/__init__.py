"""3D Tiles 1.1: implicit quadtrees of glTF with features and their metadata."""
