Subscriptions with weights are a standing split of a budget, and end when they should.

  mona   owns            song
  nora   owns            essay
  clinic is a charity
  ada    adds means      60.00 EUR, sets budget 10.00 EUR
  ada    subscribes to   song with weight 60
  ada    subscribes to   essay with weight 30
  ada    subscribes to   clinic with weight 10 for 3 months
  --     month ends      2026-01
  song   earned           5.40 EUR
  essay  earned           2.70 EUR
  clinic earned           1.00 EUR
  fee    earned           0.90 EUR
  ada    weighs          essay 60
  --     month ends      2026-02
  song   earned          10.80 EUR
  essay  earned           5.40 EUR
  clinic earned           2.00 EUR
  --     month ends      2026-03
  song   earned          14.96 EUR
  essay  earned           9.55 EUR
  clinic earned           2.77 EUR
  --     month ends      2026-04
  song   earned          19.46 EUR
  essay  earned          14.05 EUR
  clinic earned           2.77 EUR
  ada    has means       20.00 EUR
