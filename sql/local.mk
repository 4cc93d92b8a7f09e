# sql/: see ../Makefile.am
