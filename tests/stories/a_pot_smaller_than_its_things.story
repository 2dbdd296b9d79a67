A pot of fewer cents than things is legal: some things get nothing that month.

  ada    adds means       0.03 EUR, sets budget 2.00 EUR
  ada    flattrs         song, essay, photo, film
  --     month ends      2026-01
  fee    earned           0.00 EUR
  song   earned           0.01 EUR
  essay  earned           0.00 EUR
  photo  earned           0.01 EUR
  film   earned           0.01 EUR
  ada    has means        0.00 EUR
