A budget that is paused as its month is closed gives nothing of the means.

  ada    adds means      10.00 EUR, sets budget 10.00 EUR
  ada    flattrs         song
  ada    pauses budget
  --     month ends      2026-01
  song   earned           0.00 EUR
  ada    has means       10.00 EUR
