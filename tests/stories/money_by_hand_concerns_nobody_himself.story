An operator neither orders nor confirms what is his own; two others do.

  anna   is an operator
  bert   is an operator
  cyd    is an operator
  bert   cannot order    means 10.00 EUR for bert: This concerns your own account: two other operators have to do it.
  anna   orders          means 10.00 EUR for bert
  bert   cannot confirm  order 1: This concerns your own account: two other operators have to do it.
  bert   has means        0.00 EUR
  cyd    confirms        order 1
  bert   has means       10.00 EUR
  --     month is over   2026-01
