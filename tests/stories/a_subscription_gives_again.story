What is subscribed to is flattred once a month, without another click.

  mona   owns            song
  nora   owns            essay
  ada    adds means      10.00 EUR, sets budget 2.00 EUR
  ada    flattrs         song
  ada    subscribes to   song
  --     month ends      2026-01
  song   earned           1.80 EUR
  ada    cannot flattr   song: You have already flattred this thing this month.
  ada    flattrs         essay
  --     month ends      2026-02
  song   earned           2.70 EUR
  essay  earned           0.90 EUR
  ada    has means        6.00 EUR
