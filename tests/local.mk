# The tests. Programs of tests/unit need cmocka; scripts find the built
# programs through the environment below and end with 77 when they cannot run.
check_PROGRAMS += tests/drive
tests_drive_SOURCES = tests/drive.c

AM_TESTS_ENVIRONMENT = \
	PYTHON='$(PYTHON)'; export PYTHON; \
	NOISE_PLUGIN='$(abs_top_builddir)/plugin/audisp-noise'; export NOISE_PLUGIN; \
	AUNOISE='$(abs_top_builddir)/plugin/aunoise'; export AUNOISE; \
	DRIVE='$(abs_top_builddir)/tests/drive'; export DRIVE;

dist_check_SCRIPTS += tests/schema/test_schema.sh
TESTS += tests/schema/test_schema.sh
EXTRA_DIST += tests/schema/validate.py tests/schema/good tests/schema/bad \
	tests/data/README tests/data/recorded.log.gz
