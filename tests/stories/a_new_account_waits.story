Who names an account waits three days before he asks for a payout to it.

  mona   owns             song
  ada    transfers        20.00 EUR
  ada    sets budget      20.00 EUR
  ada    flattrs          song
  --     month ends       2026-01
  mona   cannot ask for   18.00 EUR: Say first which bank account is yours: it is where payouts go.
  mona   names an account
  mona   cannot ask for   18.00 EUR: Your bank account was named a short while ago: ask for a payout from 2026-02-04 01:02 UTC on.
  --     month ends       2026-02
  mona   asks for         18.00 EUR
  mona   has revenue       0.00 EUR
