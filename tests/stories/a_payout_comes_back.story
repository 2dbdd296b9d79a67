What was paid and came back is mona's revenue again, however often the bank tells of it.

  mona   owns             song
  mona   names an account
  ada    transfers        20.00 EUR
  ada    sets budget      20.00 EUR
  ada    flattrs          song
  --     month ends       2026-01
  mona   asks for         18.00 EUR
  bank   gets orders of   18.00 EUR
  mona   is paid          18.00 EUR
  bank   holds             2.00 EUR
  mona   is returned      18.00 EUR
  bank   tells all again
  mona   has revenue      18.00 EUR
  mona   has on the way    0.00 EUR
  bank   holds            20.00 EUR
