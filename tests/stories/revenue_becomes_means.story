Mona gives what she has earned, free of fee and without a bank.

  mona   owns             song
  otto   owns             photo
  ada    transfers        20.00 EUR
  ada    sets budget      20.00 EUR
  ada    flattrs          song
  --     month ends       2026-01
  mona   moves to means    8.00 EUR
  mona   has revenue      10.00 EUR
  mona   has means         8.00 EUR
  mona   sets budget       5.00 EUR
  mona   flattrs          photo
  --     month ends       2026-02
  mona   has means         3.00 EUR
  otto   has revenue       4.50 EUR
  bank   holds            20.00 EUR
