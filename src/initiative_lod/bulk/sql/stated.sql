-- Statements but for those of graphs that repeat what others state.
SELECT * FROM statements WHERE graph NOT IN (apart)
