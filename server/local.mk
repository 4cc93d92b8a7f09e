# server/: see ../Makefile.am
