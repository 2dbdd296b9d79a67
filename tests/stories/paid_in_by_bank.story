A transfer with her reference is ada's means, however often the bank tells of it.

  ada    transfers       10.00 EUR
  ada    sets budget      5.00 EUR
  bank   tells all again
  ada    has means       10.00 EUR
  ada    flattrs         song
  --     month ends      2026-01
  song   earned           4.50 EUR
  ada    has means        5.00 EUR
  bank   charges          0.10 EUR
  bank   tells all again
  bank   holds            9.90 EUR
  fee    earned           0.50 EUR
