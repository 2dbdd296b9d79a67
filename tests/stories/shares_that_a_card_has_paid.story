What a card has paid of ada's pot is held for its owners until sixty days after the month;
what came by hand is theirs at once. Her ten euro of means come first, and fifteen by card.

  ada      adds means      10.00 EUR
  ada      pays by card    15.00 EUR
  ada      sets budget     20.00 EUR
  mona     owns            song, essay
  nina     owns            film
  ada      flattrs         song, essay, film
  operator adds equity     1.00 EUR
  --       month ends      2026-01
  song     earned          6.00 EUR
  fee      earned          2.00 EUR
  mona     has revenue     6.00 EUR
  mona     has held        6.00 EUR
  nina     has revenue     3.00 EUR
  nina     has held        3.00 EUR
  --       58 days pass
  mona     has held        6.00 EUR
  --       2 days pass
  mona     has held        0.00 EUR
  mona     has revenue    12.00 EUR
  nina     has revenue     6.00 EUR
  --       2 days pass
  mona     has revenue    12.00 EUR
