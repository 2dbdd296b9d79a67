A chargeback takes what is free, then what the card has paid of shares that are still held:
from all owners alike, and nothing of what ada has given by hand. The fee's part she owes.

  ada      adds means      10.00 EUR
  ada      pays by card    15.00 EUR
  ada      sets budget     20.00 EUR
  mona     owns            song, essay
  nina     owns            film
  ada      flattrs         song, essay, film
  operator adds equity     30.00 EUR
  --       month ends      2026-01
  mona     has held        6.00 EUR
  nina     has held        3.00 EUR
  ada      charges back
  ada      has means       0.00 EUR
  ada      owes            1.00 EUR
  mona     has held        0.00 EUR
  nina     has held        0.00 EUR
  mona     has revenue     6.00 EUR
  nina     has revenue     3.00 EUR
  song     earned          6.00 EUR
  --       90 days pass
  mona     has revenue     6.00 EUR
  ada      loses the dispute
  ada      owes            0.00 EUR
  ada      has means       5.00 EUR
  mona     has revenue    12.00 EUR
  nina     has revenue     6.00 EUR
  mona     has held        0.00 EUR
