"""What weights say: raw samples of plates in, pick-ups and put-backs out. Pure: no I/O, no clock, no dice.

`scale.Scale` is the door. A plate's samples go through `plate.PlateTrack`; what a change of weight means is judged
in `guesses`, with the planogram (`plan`) and with what is in shoppers' hands (`hands`).
"""
