Who has no budget, has paused it, or has nothing left to give cannot flattr.

  ada    cannot flattr   song: You need a budget that is not paused, and means to give from.
  ada    sets budget      5.00 EUR
  ada    cannot flattr   song: You need a budget that is not paused, and means to give from.
  ada    adds means       5.00 EUR
  ada    pauses budget
  ada    cannot flattr   song: You need a budget that is not paused, and means to give from.
  ada    sets budget      5.00 EUR
  ada    flattrs         song
  --     month ends      2026-01
  song   earned           4.50 EUR
  ada    has means        0.00 EUR
  ada    cannot flattr   song: You need a budget that is not paused, and means to give from.
