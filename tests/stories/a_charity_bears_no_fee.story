The fee is taken of what goes to things that are no charities, and a charity's share
bears none of it.

  clinic is a charity
  ada    adds means      10.00 EUR, sets budget 10.00 EUR
  ada    flattrs         song, clinic
  --     month ends      2026-01
  song   earned           4.50 EUR
  clinic earned           5.00 EUR
  fee    earned           0.50 EUR
  ben    adds means       7.00 EUR, sets budget 7.00 EUR
  ben    flattrs         clinic
  --     month ends      2026-02
  clinic earned          12.00 EUR
  fee    earned           0.50 EUR
