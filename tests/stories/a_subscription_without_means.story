Without means a subscription is no flattr; it gives once there are some, and the patron may give himself before.

  ada    adds means       2.00 EUR, sets budget 2.00 EUR
  ada    subscribes to   song
  --     month ends      2026-01
  song   earned           1.80 EUR
  ada    has means        0.00 EUR
  ada    adds means       2.00 EUR
  ada    flattrs         song
  --     month ends      2026-02
  song   earned           3.60 EUR
  ada    has means        0.00 EUR
  ada    adds means       2.00 EUR
  --     month ends      2026-03
  song   earned           5.40 EUR
