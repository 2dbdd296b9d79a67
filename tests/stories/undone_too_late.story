Once a month is closed, what was given in it stays given, settled or not.

  ada    adds means      10.00 EUR, sets budget 10.00 EUR
  ada    flattrs         song, essay
  --     month closes    2026-01
  ada    cannot undo     song in 2026-01: This month is closed: what was given in it can no longer be changed.
  --     month settles   2026-01
  song   earned           4.50 EUR
  essay  earned           4.50 EUR
