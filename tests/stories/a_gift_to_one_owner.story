A single gift comes from free means, bears the same fee, and is held until it cannot be undone.

  mona   owns            song
  ada    adds means      30.00 EUR, sets budget 10.00 EUR
  ada    flattrs         song
  ada    gives           5.00 EUR to mona
  ada    has means       25.00 EUR
  mona   has held        4.50 EUR
  mona   has revenue     0.00 EUR
  fee    earned          0.50 EUR
  ada    takes back      the gift
  ada    cannot take back the gift: This gift is undone already, or has reached its owner.
  ada    has means       30.00 EUR
  mona   has held        0.00 EUR
  fee    earned          0.00 EUR
  ada    gives           25.00 EUR to mona
  ada    cannot give     5.01 EUR to mona: You have means of 5.00 EUR, less than 5.01 EUR.
  ada    cannot give     2.00 EUR to ada: You cannot give to yourself.
  ada    cannot give     1.99 EUR to mona: A gift is between 2.00 EUR and 50.00 EUR.
  --     8 days pass
  mona   has held        22.50 EUR
  --     1 day passes
  mona   has held        0.00 EUR
  mona   has revenue     22.50 EUR
  ada    cannot take back the gift: This gift is undone already, or has reached its owner.
  --     month ends      2026-01
  song   earned          4.50 EUR
  mona   has revenue     27.00 EUR
  fee    earned          3.00 EUR
  ada    has means       0.00 EUR
