A closed month's pot is set aside at once: it is neither means nor revenue until the
settlement books it.

  mona   owns            song
  ada    adds means      10.00 EUR, sets budget 4.00 EUR
  ada    flattrs         song
  --     month closes    2026-01
  ada    has means        6.00 EUR
  ada    has reserved     4.00 EUR
  mona   has revenue      0.00 EUR
  --     month settles   2026-01
  ada    has reserved     0.00 EUR
  mona   has revenue      3.60 EUR
