A chargeback that comes between close and settlement finds no shares to take, and ada owes
it. They are held all the same; what she has not paid as they are due is taken of them then,
and what is left of them is released. If she wins the dispute later, the owner has it back.

  ada      pays by card    15.00 EUR
  ada      sets budget      8.00 EUR
  mona     owns            song
  ada      flattrs         song
  --       month closes    2026-01
  ada      charges back
  ada      owes             8.00 EUR
  operator adds equity     30.00 EUR
  --       month settles   2026-01
  mona     has held         7.20 EUR
  ada      adds means       3.00 EUR
  ada      pays the debt
  ada      owes             5.00 EUR
  --       61 days pass
  ada      owes             0.00 EUR
  mona     has held         0.00 EUR
  mona     has revenue      2.20 EUR
  song     earned           7.20 EUR
  ada      loses the dispute
  ada      has means       10.00 EUR
  mona     has revenue      7.20 EUR
