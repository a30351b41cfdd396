# AN_COMPILER_FLAGS: warnings and hardening, on for every build, and the three
# builds for developers: --enable-sanitizers, --enable-fuzzers, --enable-werror.
AC_DEFUN([AN_TRY_CFLAG], [
	AC_MSG_CHECKING([whether $CC takes $2])
	an_save=$CFLAGS
	CFLAGS="$CFLAGS $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[puts("");]])],
		[AC_MSG_RESULT([yes]); AS_VAR_APPEND([$1], [" $2"])], [AC_MSG_RESULT([no])])
	CFLAGS=$an_save
])
AC_DEFUN([AN_COMPILER_FLAGS], [
	AC_ARG_ENABLE([sanitizers],
		[AS_HELP_STRING([--enable-sanitizers],[build with the address and undefined-behaviour sanitizers])],
		[], [enable_sanitizers=no])
	AC_ARG_ENABLE([fuzzers],
		[AS_HELP_STRING([--enable-fuzzers],[build the fuzz targets with libFuzzer (needs CC=clang)])],
		[], [enable_fuzzers=no])
	AC_ARG_ENABLE([werror],
		[AS_HELP_STRING([--enable-werror],[make warnings errors])],
		[], [enable_werror=no])

	AN_CFLAGS="-std=gnu11 -pthread"
	m4_foreach_w([flag], [-Wall -Wextra -Wshadow -Wundef -Wformat=2 -Wstrict-prototypes
		-Wmissing-prototypes -Wvla -Wpointer-arith -Wimplicit-fallthrough
		-Wno-unused-parameter],
		[AN_TRY_CFLAG([AN_CFLAGS], flag)])
	m4_foreach_w([flag], [-fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE],
		[AN_TRY_CFLAG([AN_CFLAGS], flag)])
	AN_LDFLAGS="-Wl,--as-needed"
	m4_foreach_w([flag], [-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack],
		[AN_TRY_CFLAG([AN_LDFLAGS], flag)])

	AS_IF([test "x$enable_sanitizers" = xyes],
		[AN_CFLAGS="$AN_CFLAGS -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"],
		[AN_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"])
	AN_FUZZ_LDFLAGS=
	AS_IF([test "x$enable_fuzzers" = xyes], [
		AN_CFLAGS="$AN_CFLAGS -fsanitize=fuzzer-no-link"
		AN_FUZZ_LDFLAGS=-fsanitize=fuzzer
		an_save=$CFLAGS
		CFLAGS="$CFLAGS -fsanitize=fuzzer-no-link"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [],
			[AC_MSG_ERROR([--enable-fuzzers needs libFuzzer: configure with CC=clang and install libclang-rt-14-dev])])
		CFLAGS=$an_save
	])
	AS_IF([test "x$enable_werror" = xyes], [AN_CFLAGS="$AN_CFLAGS -Werror"])
	AM_CONDITIONAL([FUZZERS], [test "x$enable_fuzzers" = xyes])
	AM_CONDITIONAL([SANITIZERS], [test "x$enable_sanitizers" = xyes])
	AC_SUBST([AN_CPPFLAGS])
	AC_SUBST([AN_CFLAGS])
	AC_SUBST([AN_LDFLAGS])
	AC_SUBST([AN_FUZZ_LDFLAGS])
])
