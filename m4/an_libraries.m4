# AN_LIBRARIES: what the programs are linked with. Each missing one is named
# together with the packages that bring it.
AC_DEFUN([AN_REQUIRE], [
	PKG_CHECK_MODULES([$1], [$2], [],
		[AC_MSG_ERROR([$2 was not found. Install $3 (Debian) or $4 (Fedora), or set PKG_CONFIG_PATH; ./bootstrap installs all that is needed.])])
])
AC_DEFUN([AN_LIBRARIES], [
	PKG_PROG_PKG_CONFIG([0.29])
	AS_IF([test "x$PKG_CONFIG" = x],
		[AC_MSG_ERROR([pkg-config was not found. Install pkg-config (Debian) or pkgconf (Fedora).])])
	AN_REQUIRE([AUPARSE], [auparse], [libauparse-dev], [audit-libs-devel])
	AN_REQUIRE([AUDIT], [audit], [libaudit-dev], [audit-libs-devel])
	AN_REQUIRE([JANSSON], [jansson >= 2.12], [libjansson-dev], [jansson-devel])
	AN_REQUIRE([EVENT], [libevent_core >= 2.1], [libevent-dev], [libevent-devel])
	AN_REQUIRE([CAPNG], [libcap-ng], [libcap-ng-dev], [libcap-ng-devel])
	AN_REQUIRE([SECCOMP], [libseccomp >= 2.5], [libseccomp-dev], [libseccomp-devel])
])
