# The tests. Programs of tests/unit need cmocka; scripts find the built
# programs through the environment below and end with 77 when they cannot run.
check_PROGRAMS += tests/drive
tests_drive_SOURCES = tests/drive.c

AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_srcdir)'; export srcdir; \
	PYTHON='$(PYTHON)'; export PYTHON; \
	NOISE_PLUGIN='$(abs_top_builddir)/plugin/audisp-noise'; export NOISE_PLUGIN; \
	AUNOISE='$(abs_top_builddir)/plugin/aunoise'; export AUNOISE; \
	DRIVE='$(abs_top_builddir)/tests/drive'; export DRIVE;

dist_check_SCRIPTS += tests/schema/test_schema.sh
TESTS += tests/schema/test_schema.sh
EXTRA_DIST += tests/schema/validate.py tests/schema/good tests/schema/bad \
	tests/data/README tests/data/recorded.log.gz

integration_scripts = tests/integration/bad.sh tests/integration/life.sh
dist_check_SCRIPTS += $(integration_scripts)
TESTS += $(integration_scripts)
EXTRA_DIST += tests/integration/lib.sh

# --- unit tests: one program a module ---
if CMOCKA
unit_programs = tests/unit/test_clock tests/unit/test_conf_file tests/unit/test_config \
	tests/unit/test_config_value tests/unit/test_log
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)
endif
unit_cflags = $(plugin_libnoise_a_CFLAGS) $(CMOCKA_CFLAGS)
unit_libs = $(NOISE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_clock_CFLAGS = $(unit_cflags)
tests_unit_test_clock_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
tests_unit_test_clock_LDADD = $(unit_libs)
tests_unit_test_conf_file_CFLAGS = $(unit_cflags)
tests_unit_test_conf_file_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=read
tests_unit_test_conf_file_LDADD = $(unit_libs)
tests_unit_test_config_CFLAGS = $(unit_cflags)
tests_unit_test_config_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=geteuid
tests_unit_test_config_LDADD = $(unit_libs)
tests_unit_test_config_value_CFLAGS = $(unit_cflags)
tests_unit_test_config_value_LDADD = $(unit_libs)
tests_unit_test_log_CFLAGS = $(unit_cflags)
tests_unit_test_log_LDADD = $(CMOCKA_LIBS)

# --- fuzz targets: their corpora are replayed in every check ---
fuzz_replays = tests/fuzz/replay_settings
check_PROGRAMS += $(fuzz_replays)
TESTS += $(fuzz_replays)
tests_fuzz_replay_settings_SOURCES = tests/fuzz/fuzz_settings.c tests/fuzz/replay_main.c
tests_fuzz_replay_settings_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"tests/fuzz/corpus/settings"'
tests_fuzz_replay_settings_LDADD = $(NOISE_LIBS)
EXTRA_DIST += tests/fuzz/corpus/settings tests/fuzz/settings.dict
if FUZZERS
noinst_PROGRAMS = tests/fuzz/fuzz_settings
tests_fuzz_fuzz_settings_SOURCES = tests/fuzz/fuzz_settings.c
tests_fuzz_fuzz_settings_LDFLAGS = $(AM_LDFLAGS) $(AN_FUZZ_LDFLAGS)
tests_fuzz_fuzz_settings_LDADD = $(NOISE_LIBS)
endif
