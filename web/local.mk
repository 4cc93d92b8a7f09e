# web/: see ../Makefile.am
