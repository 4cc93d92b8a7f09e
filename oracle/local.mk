# oracle/: see ../Makefile.am
