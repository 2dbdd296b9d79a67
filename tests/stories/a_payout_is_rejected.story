What the bank rejects never left: it is mona's revenue again, and can be asked for anew.

  mona   owns             song
  mona   names an account
  ada    transfers        20.00 EUR
  ada    sets budget      20.00 EUR
  ada    flattrs          song
  --     month ends       2026-01
  mona   asks for         18.00 EUR
  bank   gets orders of   18.00 EUR
  mona   is rejected      18.00 EUR
  mona   has revenue      18.00 EUR
  mona   has on the way    0.00 EUR
  bank   holds            20.00 EUR
  mona   asks for         10.00 EUR
  bank   gets orders of   10.00 EUR
