"""What was chosen for whom, and how much of what is limited in total was given: reserved as decisions are kept."""
