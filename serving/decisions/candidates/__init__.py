"""What a decision chooses from: candidates in the order of their ids, and arrays beside them."""
