A month's flattr of a subscription can be undone like any other; the next month gives again.

  ada    adds means      10.00 EUR, sets budget 2.00 EUR
  ada    flattrs         song
  ada    subscribes to   song
  --     month ends      2026-01
  ada    undoes          song
  --     month ends      2026-02
  song   earned           1.80 EUR
  ada    has means        8.00 EUR
  --     month ends      2026-03
  song   earned           3.60 EUR
