A cent that cannot be split goes to one of the things, and no cent is lost. Which thing
it goes to is drawn anew each month, so in the end it goes round.

  ada    adds means      30.00 EUR, sets budget 10.00 EUR
  ada    flattrs         song, essay, photo, film, game, map, play
  --     month ends      2026-01
  fee    earned           1.00 EUR
  song   earned           1.29 EUR
  essay  earned           1.28 EUR
  photo  earned           1.28 EUR
  film   earned           1.29 EUR
  game   earned           1.29 EUR
  map    earned           1.29 EUR
  play   earned           1.28 EUR
  ada    flattrs         song, essay, photo, film, game, map, play
  --     month ends      2026-02
  fee    earned           2.00 EUR
  song   earned           2.58 EUR
  essay  earned           2.57 EUR
  photo  earned           2.57 EUR
  film   earned           2.57 EUR
  game   earned           2.57 EUR
  map    earned           2.57 EUR
  play   earned           2.57 EUR
  ada    has means       10.00 EUR
