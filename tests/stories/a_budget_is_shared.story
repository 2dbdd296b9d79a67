A month's budget, less the fee of ten percent, is shared equally among the month's
flattrs.

  ada    adds means      10.00 EUR, sets budget 10.00 EUR
  ada    flattrs         song, essay, photo
  --     month ends      2026-01
  song   earned           3.00 EUR
  essay  earned           3.00 EUR
  photo  earned           3.00 EUR
  fee    earned           1.00 EUR
  ada    has means        0.00 EUR
