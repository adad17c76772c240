"""The small values everything speaks in: periods, money, texts a person will read."""
