What was taken back is claimed by nobody, and nobody waits for what is his.

  ada    adds means      10.00 EUR, sets budget 2.00 EUR
  mona   adds means      10.00 EUR, sets budget 2.00 EUR
  mona   claims          essay
  ada    waits for       song
  ada    waits no more for song
  mona   waits for       song
  mona   claims          song
  ada    cannot wait for song: This address is registered: flattr the thing there.
  --     month ends      2026-01
  song   earned           0.00 EUR
  ada    has means       10.00 EUR
  mona   has means       10.00 EUR
