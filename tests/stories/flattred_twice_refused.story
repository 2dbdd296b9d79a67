One flattr for each thing and month: a second one changes nothing.

  ada    adds means      20.00 EUR, sets budget 10.00 EUR
  ada    flattrs         song, essay
  ada    cannot flattr   song: You have already flattred this thing this month.
  --     month ends      2026-01
  song   earned           4.50 EUR
  essay  earned           4.50 EUR
  ada    flattrs         song
  --     month ends      2026-02
  song   earned          13.50 EUR
