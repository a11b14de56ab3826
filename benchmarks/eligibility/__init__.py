"""One eligibility model on the same rows by this engine, by hand-written SQL and by other engines."""
