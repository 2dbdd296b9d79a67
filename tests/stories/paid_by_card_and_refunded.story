A card payment is the patron's to the last cent: its fee is the operator's. What is not
given goes back to the lot it came from, and to no other.

  ada      adds means       2.00 EUR
  ada      pays by card    15.00 EUR
  ada      has means       17.00 EUR
  costs    holds            0.47 EUR
  cards    holds           14.53 EUR
  operator adds equity      0.47 EUR
  ada      sets budget      5.00 EUR
  ada      flattrs         song
  --       month ends      2026-01
  song     earned           4.50 EUR
  ada      is refunded     12.00 EUR of lot 2
  ada      has means        0.00 EUR
  cards    holds            2.53 EUR
