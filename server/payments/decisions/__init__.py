"""What staff decide about money that nothing else can settle: one kind of question a file."""
