"""Series of any measure carried forward: methods and their median, ranges that cover, coherence."""
