In the hour after a month's end new flattrs are the new month's already, and undo still
reaches the old one.

  ada    adds means      30.00 EUR, sets budget 10.00 EUR
  ada    flattrs         song, essay
  --     month is over   2026-01
  ada    flattrs         photo
  ada    undoes          song in 2026-01
  --     month ends      2026-01
  essay  earned           9.00 EUR
  song   earned           0.00 EUR
  photo  earned           0.00 EUR
  --     month ends      2026-02
  photo  earned           9.00 EUR
