# tests/: see ../Makefile.am
