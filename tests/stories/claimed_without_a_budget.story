Whoever has nothing to give when the owner comes gives once a month begins with something.

  ada    adds means       2.00 EUR, sets budget 2.00 EUR
  ben    adds means      10.00 EUR, sets budget 2.00 EUR
  ada    flattrs         essay
  ada    waits for       song
  ben    waits for       song
  --     month ends      2026-01
  mona   claims          song
  ada    has means        0.00 EUR
  ada    adds means       2.00 EUR
  --     month ends      2026-02
  song   earned           1.80 EUR
  --     month ends      2026-03
  song   earned           3.60 EUR
  ada    has means        0.00 EUR
  ben    has means        8.00 EUR
