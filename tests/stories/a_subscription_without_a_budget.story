Who pauses his budget gives nothing by subscriptions either, and loses none of them.

  ada    adds means      20.00 EUR, sets budget 2.00 EUR
  ada    subscribes to   song
  ada    pauses budget
  --     month ends      2026-01
  song   earned           0.00 EUR
  ada    has means       20.00 EUR
  ada    sets budget      2.00 EUR
  --     month ends      2026-02
  song   earned           1.80 EUR
