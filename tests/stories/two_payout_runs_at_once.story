However many operators order payouts at once, each payout is ordered in one file.

  mona   owns             song
  otto   owns             photo
  mona   names an account
  otto   names an account
  ada    transfers        40.00 EUR
  ada    sets budget      40.00 EUR
  ada    flattrs          song, photo
  --     month ends       2026-01
  mona   asks for         18.00 EUR
  otto   asks for         18.00 EUR
  bank   gets orders of   36.00 EUR twice at once
  mona   is paid          18.00 EUR
  otto   is paid          18.00 EUR
  bank   holds             4.00 EUR
