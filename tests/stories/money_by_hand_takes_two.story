What anna orders, bert confirms: then ada has it, once, and can give it.

  anna   is an operator
  bert   is an operator
  anna   orders          means 10.00 EUR for ada
  ada    has means        0.00 EUR
  anna   cannot confirm  order 1: You ordered 1 yourself: another operator has to confirm it.
  bert   confirms        order 1
  bert   confirms        order 1
  ada    has means       10.00 EUR
  ada    sets budget      5.00 EUR
  ada    flattrs         song
  --     month ends      2026-01
  song   earned           4.50 EUR
  ada    has means        5.00 EUR
