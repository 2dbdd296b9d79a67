Payouts are of ten euros or more, and never of more than was earned.

  mona   owns             song
  mona   names an account
  ada    transfers        20.00 EUR
  ada    sets budget      20.00 EUR
  ada    flattrs          song
  --     month ends       2026-01
  mona   cannot ask for    9.99 EUR: A payout is at least 10.00 EUR, this one is 9.99 EUR.
  mona   cannot ask for   18.01 EUR: That is more than your revenue of 18.00 EUR.
  mona   asks for         18.00 EUR
  mona   cannot ask for   10.00 EUR: That is more than your revenue of 0.00 EUR.
