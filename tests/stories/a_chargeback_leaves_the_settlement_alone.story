A chargeback after the close takes what is free and leaves the pot as it was: the owner
gets what was given, ada owes it, and gives no more until she is released.

  ada      pays by card    15.00 EUR
  ada      sets budget      8.00 EUR
  ada      flattrs         song
  --       month closes    2026-01
  ada      flattrs         essay
  ada      charges back
  ada      has means        0.00 EUR
  ada      has reserved     8.00 EUR
  ada      owes             8.00 EUR
  operator adds equity     30.00 EUR
  --       month settles   2026-01
  song     earned           7.20 EUR
  ada      adds means       3.00 EUR
  --       month ends      2026-02
  essay    earned           0.00 EUR
  ada      pays the debt
  ada      has means        0.00 EUR
  ada      owes             5.00 EUR
  ada      is forgiven
  ada      owes             0.00 EUR
  loss     holds            5.00 EUR
