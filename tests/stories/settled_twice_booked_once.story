A month that is closed and settled twice is booked once.

  ada    adds means      20.00 EUR, sets budget 5.00 EUR
  ben    adds means      20.00 EUR, sets budget 2.00 EUR
  ada    flattrs         song
  ben    flattrs         song, essay
  --     month closes    2026-01
  --     month closes    2026-01
  --     month settles   2026-01
  --     month settles   2026-01
  --     month ends      2026-01
  song   earned           5.40 EUR
  essay  earned           0.90 EUR
  fee    earned           0.70 EUR
  ada    has means       15.00 EUR
  ben    has means       18.00 EUR
