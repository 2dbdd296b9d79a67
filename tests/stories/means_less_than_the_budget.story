The pot is never more than the means, and what it leaves serves the next month.

  ada    adds means      13.00 EUR, sets budget 10.00 EUR
  ada    flattrs         song
  --     month ends      2026-01
  song   earned           9.00 EUR
  ada    has means        3.00 EUR
  ada    flattrs         essay
  --     month ends      2026-02
  essay  earned           2.70 EUR
  fee    earned           1.30 EUR
  ada    has means        0.00 EUR
