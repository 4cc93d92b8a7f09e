# incentives/: see ../Makefile.am
