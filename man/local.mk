# man/: see ../Makefile.am
