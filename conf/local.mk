# What gets installed and is no program.
#
# noise.conf and audisp-noise.conf belong to the operator once they are in
# place. Beside the documentation stands a copy of each as it was installed
# last, by which a file that was changed since is told from one that was not:
# a changed one is left alone, by install and uninstall alike. (No NAME.new in
# plugins.d: newer auditd logs every file there that it skips.)
examplesdir = $(docdir)/examples
noise_conf = $(auditddir)/plugins.d/noise.conf
settings_conf = $(auditddir)/audisp-noise.conf

dist_pkgdata_DATA = conf/audisp-noise.schema.json
dist_examples_DATA = conf/audisp-noise.logrotate
dist_man_MANS += conf/audisp-noise.conf.5
EXTRA_DIST += conf/noise.conf.in conf/audisp-noise.conf
CLEANFILES += conf/noise.conf conf/noise.conf.tmp

noinst_DATA = conf/noise.conf

conf/noise.conf: $(srcdir)/conf/noise.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf && \
	$(SED) 's|@sbindir[@]|$(sbindir)|' '$(srcdir)/conf/noise.conf.in' >$@.tmp && \
	mv $@.tmp $@

# The defaults in the settings file, as this build has them.
settings_places = \
	-e 's|= /run/audisp-noise|= $(runstatedir)/audisp-noise|' \
	-e 's|= /var/lib/audisp-noise|= $(localstatedir)/lib/audisp-noise|' \
	-e 's|= /var/log/audisp-noise|= $(localstatedir)/log/audisp-noise|'

# put NEW PLACE COPY: install the file NEW
conf_put = put () { \
	if test ! -f "$$2" || cmp -s "$$2" "$$3"; then \
		$(INSTALL) -m 640 "$$1" "$$2" || return 1; \
	elif ! cmp -s "$$1" "$$2"; then \
		echo "$$2 was changed and is kept; the new one is $$3"; \
	fi; \
	$(INSTALL_DATA) "$$1" "$$3"; }

# take PLACE COPY: remove what put() installed
conf_take = take () { \
	if cmp -s "$$1" "$$2"; then \
		rm -f "$$1"; \
	elif test -f "$$1"; then \
		echo "$$1 was changed and is kept; remove it if it is not needed"; \
	fi; \
	rm -f "$$2"; }

# The user: made at once where this is the running system's own place.
sysusersdir = $(prefix)/lib/sysusers.d

install-data-local: conf/noise.conf
	$(MKDIR_P) '$(DESTDIR)$(auditddir)/plugins.d' '$(DESTDIR)$(examplesdir)' \
		'$(DESTDIR)$(sysusersdir)'
	$(INSTALL_DATA) '$(srcdir)/conf/audisp-noise.sysusers' \
		'$(DESTDIR)$(sysusersdir)/audisp-noise.conf'
	@if test -z '$(DESTDIR)' && test '$(sysusersdir)' = /usr/lib/sysusers.d && \
		test "`id -u`" = 0; then \
		systemd-sysusers '$(sysusersdir)/audisp-noise.conf' || \
		echo "the user audisp-noise is not made; audisp-noise(8) says how"; \
	elif test -z '$(DESTDIR)'; then \
		echo "the user audisp-noise is not made by this install;" \
			"audisp-noise(8) says how"; \
	fi
	@$(conf_put); put conf/noise.conf '$(DESTDIR)$(noise_conf)' \
		'$(DESTDIR)$(examplesdir)/noise.conf'
	@$(conf_put); new='$(DESTDIR)$(examplesdir)/audisp-noise.conf.tmp'; \
	$(SED) $(settings_places) '$(srcdir)/conf/audisp-noise.conf' >"$$new" && \
	put "$$new" '$(DESTDIR)$(settings_conf)' \
		'$(DESTDIR)$(examplesdir)/audisp-noise.conf' && \
	rm -f "$$new"

uninstall-local:
	rm -f '$(DESTDIR)$(sysusersdir)/audisp-noise.conf'
	@$(conf_take); \
	take '$(DESTDIR)$(noise_conf)' '$(DESTDIR)$(examplesdir)/noise.conf'; \
	take '$(DESTDIR)$(settings_conf)' '$(DESTDIR)$(examplesdir)/audisp-noise.conf'
