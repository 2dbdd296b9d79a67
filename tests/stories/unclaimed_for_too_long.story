An owner who comes after ninety days finds nothing: there never was any money.

  ada    adds means      10.00 EUR, sets budget 2.00 EUR
  ada    waits for       song
  --     month ends      2026-01
  --     month ends      2026-02
  --     month ends      2026-03
  mona   claims          song
  --     month ends      2026-04
  song   earned           0.00 EUR
  ada    has means       10.00 EUR
