# AN_TEST_TOOLS: what only the tests need. A missing one leaves its tests out
# and says so; the programs are built all the same.
AC_DEFUN([AN_TEST_TOOLS], [
	PKG_CHECK_MODULES([CMOCKA], [cmocka >= 1.1], [have_cmocka=yes], [have_cmocka=no])
	AM_CONDITIONAL([CMOCKA], [test "x$have_cmocka" = xyes])
	# the first python3 that has jsonschema: a machine may carry several
	AC_CACHE_CHECK([for a python3 with jsonschema], [ac_cv_path_PYTHON],
		[AC_PATH_PROGS_FEATURE_CHECK([PYTHON], [python3],
			[$ac_path_PYTHON -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null \
				&& ac_cv_path_PYTHON=$ac_path_PYTHON ac_path_PYTHON_found=:],
			[ac_cv_path_PYTHON=no], [$PATH$PATH_SEPARATOR/usr/bin])])
	PYTHON=$ac_cv_path_PYTHON
	AS_IF([test "x$PYTHON" = xno], [have_jsonschema=no], [have_jsonschema=yes])
	AC_SUBST([PYTHON])
])
