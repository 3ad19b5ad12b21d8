"""A small Internet in namespaces: a root, top-level domains, zones good and bad, four networks to resolve them from."""
