"""Decision models by the DMN standard, for one case and for a whole table.

from toimiva.engines import dmn

model = dmn.read(Path("eligibility.dmn").read_bytes())
decided = dmn.decide(model, people)               # a Polars or Arrow table, with a column more for each decision
print(dmn.explain(model, dmn.row(model, people, 0), "en"))
"""

from toimiva.engines.dmn.api import decide, explain, load, read, rewrite, row

__all__ = ["decide", "explain", "load", "read", "rewrite", "row"]
