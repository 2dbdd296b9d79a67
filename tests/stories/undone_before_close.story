A flattr may be undone until its month is closed; the others then share all of it.
In that month the thing cannot be flattred again.

  ada    adds means      30.00 EUR, sets budget 10.00 EUR
  ada    flattrs         song, essay
  ada    undoes          song
  ada    cannot flattr   song: You have already flattred this thing this month.
  --     month ends      2026-01
  song   earned           0.00 EUR
  essay  earned           9.00 EUR
  ada    flattrs         song
  ada    cannot undo     essay: There is nothing here by that name.
  --     month ends      2026-02
  song   earned           9.00 EUR
