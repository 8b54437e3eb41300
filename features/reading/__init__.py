"""How texts of files are read: times, numbers, amounts and ids, each understood whole or not at all."""
