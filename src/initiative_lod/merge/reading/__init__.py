"""Reading other people's files: fetched, unpacked, told apart by content, parsed in processes with limits."""
