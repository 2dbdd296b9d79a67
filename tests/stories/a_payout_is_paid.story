What mona has earned is on its way as she asks for it, and paid as the bank says so.

  mona   owns             song
  mona   names an account
  ada    transfers        20.00 EUR
  ada    sets budget      20.00 EUR
  ada    flattrs          song
  --     month ends       2026-01
  mona   asks for         15.00 EUR
  mona   has revenue       3.00 EUR
  mona   has on the way   15.00 EUR
  bank   gets orders of   15.00 EUR
  bank   gets orders of    0.00 EUR
  bank   holds            20.00 EUR
  mona   is paid          15.00 EUR
  bank   tells all again
  mona   has on the way    0.00 EUR
  mona   has revenue       3.00 EUR
  bank   holds             5.00 EUR
