A subscription that is paused or ended gives nothing more; what it gave stays given.

  ada    adds means      20.00 EUR, sets budget 2.00 EUR
  ada    subscribes to   song
  --     month ends      2026-01
  song   earned           1.80 EUR
  ada    toggles         song
  --     month ends      2026-02
  song   earned           3.60 EUR
  --     month ends      2026-03
  song   earned           3.60 EUR
  ada    toggles         song
  --     month ends      2026-04
  song   earned           5.40 EUR
  ada    unsubscribes    song
  --     month ends      2026-05
  song   earned           7.20 EUR
  --     month ends      2026-06
  song   earned           7.20 EUR
