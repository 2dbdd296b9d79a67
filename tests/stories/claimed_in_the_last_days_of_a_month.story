What is claimed in the last days of a month counts in the next, so that it can be undone.

  ada    adds means      10.00 EUR, sets budget 2.00 EUR
  ben    adds means      10.00 EUR, sets budget 2.00 EUR
  ada    waits for       song
  ben    waits for       song
  --     30 days pass
  mona   claims          song
  --     month ends      2026-01
  song   earned           0.00 EUR
  ben    waits no more for song
  --     month ends      2026-02
  song   earned           1.80 EUR
  ada    has means        8.00 EUR
  ben    has means       10.00 EUR
