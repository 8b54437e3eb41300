"""What is known of other people's tables: words of nine languages, columns of systems, words of states and kinds."""
