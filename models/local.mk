# models/: see ../Makefile.am
