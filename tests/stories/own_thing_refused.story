Nobody flattrs what is his own.

  mona   owns            song, essay
  mona   adds means      10.00 EUR, sets budget 10.00 EUR
  mona   cannot flattr   song: You cannot flattr your own thing.
  mona   flattrs         photo
  --     month ends      2026-01
  photo  earned           9.00 EUR
  mona   has revenue      0.00 EUR
