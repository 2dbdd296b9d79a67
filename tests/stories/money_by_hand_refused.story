What bert refuses is never done; ordered anew it can be.

  anna   is an operator
  bert   is an operator
  anna   orders          means 10.00 EUR for ada
  bert   refuses         order 1: there was no coin
  bert   cannot confirm  order 1: Order 1 was refused: there was no coin. If it is to be done, order it anew.
  ada    has means        0.00 EUR
  anna   orders          means 9.00 EUR for ada
  bert   confirms        order 2
  ada    has means        9.00 EUR
  --     month is over   2026-01
