-- The next inbox number is looked up for every new address: without it a first import grows with its square.
CREATE INDEX inbox_numbers ON inbox_hashes (inbox);
