Where the bank decides against ada, the money comes again: it pays what she owes, and the
rest is hers as before. Once she is released she gives again.

  ada      pays by card    15.00 EUR
  ada      sets budget      8.00 EUR
  ada      flattrs         song
  --       month closes    2026-01
  ada      charges back
  ada      owes             8.00 EUR
  ada      loses the dispute
  ada      owes             0.00 EUR
  ada      has means        7.00 EUR
  cards    holds           14.53 EUR
  operator adds equity      0.47 EUR
  --       month settles   2026-01
  ada      is released
  ada      sets budget      2.00 EUR
  ada      flattrs         song
  --       month ends      2026-02
  song     earned           9.00 EUR
