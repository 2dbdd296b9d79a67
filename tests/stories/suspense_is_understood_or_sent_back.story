Money without a reference is nobody's to give until the operator knows whose it is; what
he never learns goes back, and none of it is counted twice.

  ada    transfers        8.00 EUR without a reference
  ben    transfers        3.00 EUR without a reference
  ada    has means        0.00 EUR
  suspense holds        11.00 EUR
  ada    is assigned      8.00 EUR
  ben    is sent back     3.00 EUR
  bank   tells all again
  ada    has means        8.00 EUR
  ben    has means        0.00 EUR
  suspense holds          0.00 EUR
  bank   holds            8.00 EUR
  --     month is over    2026-01
