Nothing is ever forfeited: who flattrs nothing keeps his means.

  ada    adds means      10.00 EUR, sets budget 10.00 EUR
  ben    adds means      10.00 EUR, sets budget 10.00 EUR
  ben    flattrs         song
  --     month ends      2026-01
  ada    has means       10.00 EUR
  ada    has reserved     0.00 EUR
  ben    has means        0.00 EUR
  fee    earned           1.00 EUR
