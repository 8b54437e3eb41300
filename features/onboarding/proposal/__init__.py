"""What is proposed for a newcomer's tables: sources, notes and questions, and how they are written."""
