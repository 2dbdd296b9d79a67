Nobody has claimed the song yet: it takes no part of a month until its owner does.

  ada    adds means      10.00 EUR, sets budget 2.00 EUR
  ada    waits for       song
  ada    cannot wait for song: You have already flattred this address: it waits for its owner.
  ada    flattrs         essay
  --     month ends      2026-01
  essay  earned           1.80 EUR
  ada    has means        8.00 EUR
  mona   claims          song
  ada    cannot flattr   song: You have already flattred this thing this month.
  ada    flattrs         essay
  --     month ends      2026-02
  song   earned           0.90 EUR
  essay  earned           2.70 EUR
  mona   has revenue      0.90 EUR
  ada    has means        6.00 EUR
  --     month ends      2026-03
  song   earned           0.90 EUR
  ada    has means        6.00 EUR
