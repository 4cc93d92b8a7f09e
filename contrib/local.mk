# contrib/: what an operator puts around decaid. The unit and its user are
# installed where systemd looks; the rest are examples beside the documents.
systemdsystemunitdir = $(prefix)/lib/systemd/system
dist_systemdsystemunit_DATA = contrib/systemd/decaid@.service

examplesdir = $(docdir)/examples
dist_examples_DATA = contrib/decaid.conf contrib/nginx/nginx-decaid.conf
logrotatedir = $(examplesdir)/logrotate
dist_logrotate_DATA = contrib/logrotate/decaid
monitoringdir = $(examplesdir)/monitoring
dist_monitoring_DATA = contrib/monitoring/decaid-rules.yml \
	contrib/monitoring/grafana.json contrib/monitoring/prometheus.yml
EXTRA_DIST += contrib/systemd/decaid.sysusers
EXTRA_DIST += contrib/pictures/dashboard.png contrib/pictures/way.svg

# sysusers.d wants another name.
sysusersdir = $(prefix)/lib/sysusers.d
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(sysusersdir)'
	$(INSTALL_DATA) $(srcdir)/contrib/systemd/decaid.sysusers \
		'$(DESTDIR)$(sysusersdir)/decaid.conf'
uninstall-local:
	rm -f '$(DESTDIR)$(sysusersdir)/decaid.conf'
