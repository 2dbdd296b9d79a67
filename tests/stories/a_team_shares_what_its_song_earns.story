A song is made by mona and nina. What it gets of a pot is split between them by their
weights, to the cent, and neither of them can give to it. What nina gave before she was
in the team is hers again. A team that ends leaves the months before as they were.

  mona   owns            song, essay
  nina   adds means       5.00 EUR, sets budget 5.00 EUR
  nina   flattrs         song
  song   is shared by    mona 2, nina 1
  nina   cannot flattr   song: You cannot flattr your own thing.
  ada    adds means      30.00 EUR, sets budget 10.00 EUR
  ada    flattrs         song, essay
  --     month ends      2026-01
  nina   has means        5.00 EUR
  song   earned           4.50 EUR
  essay  earned           4.50 EUR
  mona   has revenue      7.50 EUR
  nina   has revenue      1.50 EUR
  fee    earned           1.00 EUR
  ada    flattrs         song
  --     month closes    2026-02
  song   is shared no more
  --     month settles   2026-02
  song   earned          13.50 EUR
  mona   has revenue     13.50 EUR
  nina   has revenue      4.50 EUR
  nina   flattrs         song
  --     month ends      2026-03
  mona   has revenue     18.00 EUR
  nina   has revenue      4.50 EUR
