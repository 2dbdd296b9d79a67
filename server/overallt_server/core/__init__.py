"""The rules of giving and money: pure, told everything, asking nobody."""
