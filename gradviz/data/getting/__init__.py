"""Getting datasets from the network: a file whole or not at all, an archive unpacked or refused."""
