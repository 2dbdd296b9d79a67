What is released is the owners' for good: a chargeback that comes later takes what is free,
and the rest is owed. Of what is still held of the same card it takes the newest month first.

  ada      pays by card    20.00 EUR
  ada      sets budget      5.00 EUR
  mona     owns            song
  nina     owns            film
  ada      flattrs         song
  operator adds equity     40.00 EUR
  --       month ends      2026-01
  ada      flattrs         song
  --       month ends      2026-02
  ada      flattrs         film
  --       month ends      2026-03
  mona     has held        9.00 EUR
  nina     has held        4.50 EUR
  --       5 days pass
  mona     has revenue     4.50 EUR
  mona     has held        4.50 EUR
  ada      charges back
  nina     has held        0.00 EUR
  mona     has held        0.00 EUR
  mona     has revenue     4.50 EUR
  ada      owes            6.00 EUR
  ada      is forgiven
  --       90 days pass
  mona     has revenue     4.50 EUR
  nina     has revenue     0.00 EUR
