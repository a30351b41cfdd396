# The tests. Programs of tests/unit need cmocka; scripts find the built
# programs through the environment below and end with 77 when they cannot run.
check_PROGRAMS += tests/drive tests/integration/no_audit
tests_drive_SOURCES = tests/drive.c
tests_integration_no_audit_CFLAGS = $(AM_CFLAGS) $(SECCOMP_CFLAGS)
tests_integration_no_audit_LDADD = $(SECCOMP_LIBS)

AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_srcdir)'; export srcdir; \
	PYTHON='$(PYTHON)'; export PYTHON; \
	NOISE_PLUGIN='$(abs_top_builddir)/plugin/audisp-noise'; export NOISE_PLUGIN; \
	AUNOISE='$(abs_top_builddir)/plugin/aunoise'; export AUNOISE; \
	NO_AUDIT='$(abs_top_builddir)/tests/integration/no_audit'; export NO_AUDIT; \
	DRIVE='$(abs_top_builddir)/tests/drive'; export DRIVE;

dist_check_SCRIPTS += tests/schema/test_schema.sh
TESTS += tests/schema/test_schema.sh
EXTRA_DIST += tests/schema/validate.py tests/schema/good tests/schema/bad \
	tests/data/README tests/data/faulty.advice tests/data/faulty.rules tests/data/recorded.log.gz

integration_scripts = tests/integration/advice.sh tests/integration/bad.sh tests/integration/cache.sh \
	tests/integration/counts.sh tests/integration/disk.sh tests/integration/findings.sh tests/integration/frozen.sh tests/integration/killed.sh tests/integration/life.sh tests/integration/never.sh tests/integration/noise.sh tests/integration/places.sh tests/integration/planted.sh tests/integration/rules.sh tests/integration/schema.sh tests/integration/state.sh tests/integration/storms.sh \
	tests/golden/run.sh tests/integration/account.sh tests/integration/selinux.sh
dist_check_SCRIPTS += $(integration_scripts)
TESTS += $(integration_scripts)
EXTRA_DIST += tests/integration/hostile.py tests/integration/lib.sh tests/integration/make_stream.py tests/integration/never.py \
	tests/integration/advice.jq tests/integration/oracle.awk tests/integration/show.jq tests/integration/adds_up.jq \
	tests/golden/CASES tests/golden/layout.jq \
	tests/golden/ahead.raw tests/golden/bad.raw tests/golden/claims.raw tests/golden/empty.raw tests/golden/endless.raw tests/golden/gap.raw tests/golden/keys.raw tests/golden/late.raw tests/golden/login.raw tests/golden/node.raw tests/golden/nodes.raw tests/golden/openat.raw tests/golden/resumed.raw tests/golden/sparse.raw tests/golden/text.raw tests/golden/unknown.raw \
	tests/golden/ahead.json tests/golden/bad.json tests/golden/claims.json tests/golden/empty.json tests/golden/endless.json tests/golden/gap.json tests/golden/keys.json tests/golden/late.json tests/golden/login.json tests/golden/node.json tests/golden/nodes.json tests/golden/openat.json tests/golden/resumed.json tests/golden/sparse.json tests/golden/text.json tests/golden/unknown.json

# --- unit tests: one program a module ---
if CMOCKA
unit_programs = \
	tests/unit/test_assemble \
	tests/unit/test_auth \
	tests/unit/test_auth_book \
	tests/unit/test_storm_alarm \
	tests/unit/test_cache \
	tests/unit/test_clock \
	tests/unit/test_conf_file \
	tests/unit/test_config \
	tests/unit/test_config_value \
	tests/unit/test_controls \
	tests/unit/test_emit_oom \
	tests/unit/test_facts \
	tests/unit/test_feed \
	tests/unit/test_findings \
	tests/unit/test_findings_truth \
	tests/unit/test_flood \
	tests/unit/test_flows \
	tests/unit/test_gaps \
	tests/unit/test_guard \
	tests/unit/test_guard_inode \
	tests/unit/test_guard_narrow \
	tests/unit/test_input \
	tests/unit/test_keeper \
	tests/unit/test_lag \
	tests/unit/test_log \
	tests/unit/test_logfile \
	tests/unit/test_match \
	tests/unit/test_match_list \
	tests/unit/test_match_place \
	tests/unit/test_name \
	tests/unit/test_looks \
	tests/unit/test_noise \
	tests/unit/test_life \
	tests/unit/test_noise_life \
	tests/unit/test_noise_restart \
	tests/unit/test_noise_object \
	tests/unit/test_noise_random \
	tests/unit/test_oom_advise \
	tests/unit/test_oom_count \
	tests/unit/test_oom_rules \
	tests/unit/test_oom_state \
	tests/unit/test_oom_stream \
	tests/unit/test_pace \
	tests/unit/test_own tests/unit/test_rule_book tests/unit/test_attribution \
	tests/unit/test_parse \
	tests/unit/test_privs \
	tests/unit/test_program_files \
	tests/unit/test_programs \
	tests/unit/test_record \
	tests/unit/test_repair \
	tests/unit/test_repair_truth \
	tests/unit/test_report \
	tests/unit/test_rounds \
	tests/unit/test_rule \
	tests/unit/test_rule_dir \
	tests/unit/test_rule_files \
	tests/unit/test_rule_text \
	tests/unit/test_rulefiles \
	tests/unit/test_rulewatch \
	tests/unit/test_request \
	tests/unit/test_samples \
	tests/unit/test_schema \
	tests/unit/test_server \
	tests/unit/test_server_place \
	tests/unit/test_server_request \
	tests/unit/test_siphash \
	tests/unit/test_snapshot \
	tests/unit/test_state \
	tests/unit/test_statefile \
	tests/unit/test_alerts \
	tests/unit/test_kernel_text \
	tests/unit/test_ledger \
	tests/unit/test_advice \
	tests/unit/test_burst \
	tests/unit/test_daemon \
	tests/unit/test_monitor tests/unit/test_rulewatch_time \
	tests/unit/test_suspects \
	tests/unit/test_status \
	tests/unit/test_sumlog \
	tests/unit/test_tally \
	tests/unit/test_text \
	tests/unit/test_timeline \
	tests/unit/test_topk \
	tests/unit/test_trial \
	tests/unit/test_try \
	tests/unit/test_watch \
	tests/unit/test_whatif \
	tests/unit/test_whatif_truth \
	tests/unit/test_watch_read \
	tests/unit/test_window \
	tests/unit/test_worker \
	tests/unit/test_writer \
	tests/unit/test_writer_full
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)
endif
unit_cflags = $(plugin_libnoise_a_CFLAGS) $(CMOCKA_CFLAGS)
unit_libs = $(NOISE_LIBS) $(CMOCKA_LIBS)
unit_wrap = $(AM_LDFLAGS) -Wl
EXTRA_DIST += tests/unit/advise_help.h tests/unit/event_world.h tests/unit/guard_help.h tests/unit/guard_judge.h tests/unit/match_help.h tests/unit/noise_help.h tests/unit/noise_life_help.h tests/unit/oom.h tests/unit/rng.h tests/unit/rule_help.h tests/unit/rulewatch_help.h tests/unit/server_world.h tests/unit/some_stream.h tests/unit/stream_help.h tests/unit/tally_help.h tests/unit/topk_oracle.h
tests_unit_test_assemble_CFLAGS = $(unit_cflags)
tests_unit_test_assemble_LDADD = $(unit_libs)
tests_unit_test_auth_book_CFLAGS = $(unit_cflags)
tests_unit_test_auth_book_LDADD = $(unit_libs)
tests_unit_test_storm_alarm_CFLAGS = $(unit_cflags)
tests_unit_test_storm_alarm_LDADD = $(unit_libs)
tests_unit_test_auth_CFLAGS = $(unit_cflags)
tests_unit_test_auth_LDADD = $(unit_libs)
tests_unit_test_flood_CFLAGS = $(unit_cflags)
tests_unit_test_flood_LDADD = $(unit_libs)
tests_unit_test_life_CFLAGS = $(unit_cflags)
tests_unit_test_life_LDADD = $(unit_libs)
tests_unit_test_noise_life_CFLAGS = $(unit_cflags)
tests_unit_test_noise_life_LDADD = $(unit_libs)
tests_unit_test_noise_restart_CFLAGS = $(unit_cflags)
tests_unit_test_noise_restart_LDFLAGS = $(unit_wrap),--wrap=calloc,--wrap=malloc,--wrap=realloc,--wrap=strdup
tests_unit_test_noise_restart_LDADD = $(unit_libs)
tests_unit_test_noise_object_CFLAGS = $(unit_cflags)
tests_unit_test_noise_object_LDFLAGS = $(unit_wrap),--wrap=calloc,--wrap=malloc,--wrap=realloc,--wrap=strdup
tests_unit_test_noise_object_LDADD = $(unit_libs)
tests_unit_test_noise_random_CFLAGS = $(unit_cflags)
tests_unit_test_noise_random_LDADD = $(unit_libs)
tests_unit_test_noise_CFLAGS = $(unit_cflags)
tests_unit_test_noise_LDADD = $(unit_libs)
tests_unit_test_guard_inode_CFLAGS = $(unit_cflags)
tests_unit_test_guard_inode_LDADD = $(unit_libs)
tests_unit_test_guard_CFLAGS = $(unit_cflags)
tests_unit_test_guard_narrow_CFLAGS = $(unit_cflags)
tests_unit_test_guard_narrow_LDADD = $(unit_libs)
tests_unit_test_guard_LDADD = $(unit_libs)
tests_unit_test_whatif_truth_CFLAGS = $(unit_cflags)
tests_unit_test_whatif_truth_LDADD = $(unit_libs)
tests_unit_test_whatif_CFLAGS = $(unit_cflags)
tests_unit_test_whatif_LDADD = $(unit_libs)
tests_unit_test_rule_CFLAGS = $(unit_cflags)
tests_unit_test_rule_LDADD = $(unit_libs)
tests_unit_test_rule_dir_CFLAGS = $(unit_cflags)
tests_unit_test_rule_dir_LDFLAGS = $(unit_wrap),--wrap=openat
tests_unit_test_rule_dir_LDADD = $(unit_libs)
tests_unit_test_rule_files_CFLAGS = $(unit_cflags)
tests_unit_test_rule_files_LDADD = $(unit_libs)
tests_unit_test_looks_SOURCES = tests/unit/test_looks.c plugin/looks.c
tests_unit_test_looks_CFLAGS = $(unit_cflags)
tests_unit_test_looks_LDADD = $(unit_libs)
tests_unit_test_rounds_SOURCES = tests/unit/test_rounds.c plugin/rounds.c plugin/looks.c
tests_unit_test_rounds_CFLAGS = $(unit_cflags)
tests_unit_test_rounds_LDADD = $(unit_libs)
tests_unit_test_rounds_LDFLAGS = $(unit_wrap),--wrap=clock_read,--wrap=lineage_look
tests_unit_test_rulefiles_SOURCES = tests/unit/test_rulefiles.c plugin/rulefiles.c
tests_unit_test_rulefiles_CFLAGS = $(unit_cflags)
tests_unit_test_rulefiles_LDFLAGS = $(unit_wrap),--wrap=calloc,--wrap=malloc,--wrap=realloc,--wrap=strdup
tests_unit_test_rulefiles_LDADD = $(unit_libs)
tests_unit_test_rulewatch_SOURCES = tests/unit/test_rulewatch.c plugin/rulefiles.c \
	plugin/rulewatch.c
tests_unit_test_rulewatch_CFLAGS = $(unit_cflags)
rulewatch_wrap = $(unit_wrap),--wrap=watch_request,--wrap=clock_read,--wrap=event_new,--wrap=event_add,--wrap=event_del
tests_unit_test_rulewatch_LDFLAGS = $(rulewatch_wrap)
tests_unit_test_rulewatch_LDADD = $(unit_libs)
tests_unit_test_findings_CFLAGS = $(unit_cflags)
tests_unit_test_findings_LDADD = $(unit_libs)
tests_unit_test_findings_truth_CFLAGS = $(unit_cflags)
tests_unit_test_findings_truth_LDADD = $(unit_libs)
tests_unit_test_rule_text_CFLAGS = $(unit_cflags)
tests_unit_test_rule_text_LDADD = $(unit_libs)
tests_unit_test_cache_CFLAGS = $(unit_cflags)
tests_unit_test_cache_LDADD = $(unit_libs)
tests_unit_test_rulewatch_time_SOURCES = tests/unit/test_rulewatch_time.c \
	plugin/rulefiles.c plugin/rulewatch.c
tests_unit_test_rulewatch_time_CFLAGS = $(unit_cflags)
tests_unit_test_rulewatch_time_LDFLAGS = $(rulewatch_wrap),--wrap=monitor_is_crowded,--wrap=monitor_auditd
tests_unit_test_rulewatch_time_LDADD = $(unit_libs)
tests_unit_test_monitor_SOURCES = tests/unit/test_monitor.c plugin/monitor.c \
	plugin/advisor.c
tests_unit_test_monitor_CFLAGS = $(unit_cflags)
tests_unit_test_monitor_LDFLAGS = $(unit_wrap),--wrap=clock_read,--wrap=clock_uptime_ms,--wrap=watch_request
tests_unit_test_monitor_LDADD = $(unit_libs)
tests_unit_test_daemon_CFLAGS = $(unit_cflags)
tests_unit_test_daemon_LDADD = $(unit_libs)
tests_unit_test_clock_CFLAGS = $(unit_cflags)
tests_unit_test_clock_LDFLAGS = $(unit_wrap),--wrap=clock_gettime
tests_unit_test_clock_LDADD = $(unit_libs)
tests_unit_test_conf_file_CFLAGS = $(unit_cflags)
tests_unit_test_conf_file_LDFLAGS = $(unit_wrap),--wrap=malloc,--wrap=read
tests_unit_test_conf_file_LDADD = $(unit_libs)
tests_unit_test_config_CFLAGS = $(unit_cflags)
tests_unit_test_config_LDFLAGS = $(unit_wrap),--wrap=geteuid
tests_unit_test_config_LDADD = $(unit_libs)
tests_unit_test_controls_CFLAGS = $(unit_cflags)
tests_unit_test_controls_LDFLAGS = $(unit_wrap),--wrap=calloc,--wrap=malloc,--wrap=realloc,--wrap=strdup
tests_unit_test_controls_LDADD = $(unit_libs)
tests_unit_test_config_value_CFLAGS = $(unit_cflags)
tests_unit_test_config_value_LDADD = $(unit_libs)
tests_unit_test_emit_oom_CFLAGS = $(unit_cflags)
tests_unit_test_emit_oom_LDFLAGS = $(unit_wrap),--wrap=calloc,--wrap=malloc,--wrap=realloc,--wrap=strdup
tests_unit_test_emit_oom_LDADD = $(unit_libs)
tests_unit_test_facts_CFLAGS = $(unit_cflags)
tests_unit_test_facts_LDADD = $(unit_libs)
tests_unit_test_feed_CFLAGS = $(unit_cflags)
tests_unit_test_feed_LDADD = $(unit_libs)
tests_unit_test_flows_CFLAGS = $(unit_cflags)
tests_unit_test_flows_LDADD = $(unit_libs)
tests_unit_test_gaps_CFLAGS = $(unit_cflags)
tests_unit_test_gaps_LDADD = $(unit_libs)
tests_unit_test_input_CFLAGS = $(unit_cflags)
tests_unit_test_input_LDADD = $(unit_libs)
tests_unit_test_keeper_CFLAGS = $(unit_cflags)
tests_unit_test_keeper_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fork,--wrap=clock_read
tests_unit_test_keeper_LDADD = $(unit_libs)
tests_unit_test_program_files_CFLAGS = $(unit_cflags)
tests_unit_test_program_files_LDADD = $(unit_libs)
tests_unit_test_programs_CFLAGS = $(unit_cflags)
tests_unit_test_programs_LDADD = $(unit_libs)
tests_unit_test_privs_CFLAGS = $(unit_cflags)
tests_unit_test_privs_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=capng_change_id,--wrap=open,--wrap=setgroups,--wrap=getpwnam
tests_unit_test_privs_LDADD = $(unit_libs)
tests_unit_test_alerts_CFLAGS = $(unit_cflags)
tests_unit_test_alerts_LDADD = $(unit_libs)
tests_unit_test_advice_CFLAGS = $(unit_cflags)
tests_unit_test_advice_LDADD = $(unit_libs)
tests_unit_test_burst_CFLAGS = $(unit_cflags)
tests_unit_test_burst_LDADD = $(unit_libs)
tests_unit_test_suspects_CFLAGS = $(unit_cflags)
tests_unit_test_suspects_LDADD = $(unit_libs)
tests_unit_test_ledger_CFLAGS = $(unit_cflags)
tests_unit_test_ledger_LDADD = $(unit_libs)
tests_unit_test_kernel_text_CFLAGS = $(unit_cflags)
tests_unit_test_kernel_text_LDADD = $(unit_libs)
tests_unit_test_status_CFLAGS = $(unit_cflags)
tests_unit_test_status_LDADD = $(unit_libs)
tests_unit_test_trial_CFLAGS = $(unit_cflags)
tests_unit_test_trial_LDADD = $(unit_libs)
tests_unit_test_try_SOURCES = tests/unit/test_try.c plugin/cli/advice_object.c \
	plugin/cli/advice_rules.c plugin/cli/try.c plugin/cli/try_measure.c
tests_unit_test_try_CFLAGS = $(unit_cflags)
tests_unit_test_try_LDFLAGS = $(unit_wrap),--wrap=geteuid,--wrap=audit_is_enabled
tests_unit_test_try_LDADD = $(unit_libs)
tests_unit_test_watch_CFLAGS = $(unit_cflags)
tests_unit_test_watch_LDADD = $(unit_libs)
tests_unit_test_watch_read_CFLAGS = $(unit_cflags)
tests_unit_test_watch_read_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_read,--wrap=malloc
tests_unit_test_watch_read_LDADD = $(unit_libs)
tests_unit_test_worker_CFLAGS = $(unit_cflags)
tests_unit_test_worker_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sendto,--wrap=socket
tests_unit_test_worker_LDADD = $(unit_libs)
tests_unit_test_lag_CFLAGS = $(unit_cflags)
tests_unit_test_lag_LDADD = $(unit_libs)
tests_unit_test_log_CFLAGS = $(unit_cflags)
tests_unit_test_log_LDADD = $(CMOCKA_LIBS)
tests_unit_test_logfile_CFLAGS = $(unit_cflags)
tests_unit_test_logfile_LDFLAGS = $(unit_wrap),--wrap=clock_read,--wrap=ftruncate
tests_unit_test_logfile_LDADD = $(unit_libs)
tests_unit_test_match_CFLAGS = $(unit_cflags)
tests_unit_test_match_LDADD = $(unit_libs)
tests_unit_test_match_list_CFLAGS = $(unit_cflags)
tests_unit_test_match_list_LDADD = $(unit_libs)
tests_unit_test_match_place_CFLAGS = $(unit_cflags)
tests_unit_test_match_place_LDADD = $(unit_libs)
tests_unit_test_name_CFLAGS = $(unit_cflags)
tests_unit_test_name_LDADD = $(unit_libs)
tests_unit_test_snapshot_CFLAGS = $(unit_cflags)
tests_unit_test_snapshot_LDFLAGS = $(unit_wrap),--wrap=calloc,--wrap=malloc,--wrap=realloc,--wrap=strdup
tests_unit_test_snapshot_LDADD = $(unit_libs)
tests_unit_test_oom_advise_CFLAGS = $(unit_cflags)
tests_unit_test_oom_advise_LDFLAGS = $(unit_wrap),--wrap=calloc,--wrap=malloc,--wrap=realloc,--wrap=strdup
tests_unit_test_oom_advise_LDADD = $(unit_libs)
tests_unit_test_oom_rules_CFLAGS = $(unit_cflags)
tests_unit_test_oom_rules_LDFLAGS = $(unit_wrap),--wrap=calloc,--wrap=malloc,--wrap=realloc,--wrap=strdup
tests_unit_test_oom_rules_LDADD = $(unit_libs)
tests_unit_test_oom_count_CFLAGS = $(unit_cflags)
tests_unit_test_oom_count_LDFLAGS = $(unit_wrap),--wrap=calloc,--wrap=free,--wrap=malloc
tests_unit_test_oom_count_LDADD = $(unit_libs)
tests_unit_test_oom_state_CFLAGS = $(unit_cflags)
tests_unit_test_oom_state_LDFLAGS = $(unit_wrap),--wrap=calloc,--wrap=malloc,--wrap=realloc,--wrap=strdup
tests_unit_test_oom_state_LDADD = $(unit_libs)
tests_unit_test_oom_stream_CFLAGS = $(unit_cflags)
tests_unit_test_oom_stream_LDFLAGS = $(unit_wrap),--wrap=calloc,--wrap=free,--wrap=malloc
tests_unit_test_oom_stream_LDADD = $(unit_libs)
tests_unit_test_pace_CFLAGS = $(unit_cflags)
tests_unit_test_pace_LDADD = $(unit_libs)
tests_unit_test_parse_CFLAGS = $(unit_cflags)
tests_unit_test_parse_LDADD = $(unit_libs)
tests_unit_test_own_CFLAGS = $(unit_cflags)
tests_unit_test_own_LDADD = $(unit_libs)
tests_unit_test_attribution_CFLAGS = $(unit_cflags)
tests_unit_test_attribution_LDADD = $(unit_libs)
tests_unit_test_rule_book_CFLAGS = $(unit_cflags)
tests_unit_test_rule_book_LDADD = $(unit_libs)
tests_unit_test_record_CFLAGS = $(unit_cflags)
tests_unit_test_record_LDADD = $(unit_libs)
tests_unit_test_repair_CFLAGS = $(unit_cflags)
tests_unit_test_repair_LDADD = $(unit_libs)
tests_unit_test_repair_truth_CFLAGS = $(unit_cflags)
tests_unit_test_repair_truth_LDADD = $(unit_libs)
tests_unit_test_report_CFLAGS = $(unit_cflags)
tests_unit_test_report_LDADD = $(unit_libs)
tests_unit_test_request_CFLAGS = $(unit_cflags)
tests_unit_test_request_LDADD = $(unit_libs)
tests_unit_test_samples_CFLAGS = $(unit_cflags)
tests_unit_test_samples_LDADD = $(unit_libs)
tests_unit_test_schema_CFLAGS = $(unit_cflags)
tests_unit_test_schema_LDADD = $(unit_libs)
tests_unit_test_server_SOURCES = tests/unit/test_server.c tests/unit/server_world.c
tests_unit_test_server_CFLAGS = $(unit_cflags)
tests_unit_test_server_LDFLAGS = $(unit_wrap),--wrap=accept4,--wrap=clock_read
tests_unit_test_server_LDADD = $(unit_libs)
tests_unit_test_server_place_SOURCES = tests/unit/test_server_place.c tests/unit/server_world.c
tests_unit_test_server_place_CFLAGS = $(unit_cflags)
tests_unit_test_server_place_LDFLAGS = $(unit_wrap),--wrap=accept4,--wrap=clock_read
tests_unit_test_server_place_LDADD = $(unit_libs)
tests_unit_test_server_request_SOURCES = tests/unit/test_server_request.c tests/unit/server_world.c
tests_unit_test_server_request_CFLAGS = $(unit_cflags)
tests_unit_test_server_request_LDFLAGS = $(unit_wrap),--wrap=accept4,--wrap=clock_read
tests_unit_test_server_request_LDADD = $(unit_libs)
tests_unit_test_siphash_CFLAGS = $(unit_cflags)
tests_unit_test_siphash_LDADD = $(unit_libs)
tests_unit_test_statefile_CFLAGS = $(unit_cflags)
tests_unit_test_statefile_LDADD = $(unit_libs)
tests_unit_test_state_CFLAGS = $(unit_cflags)
tests_unit_test_state_LDADD = $(unit_libs)
tests_unit_test_sumlog_CFLAGS = $(unit_cflags)
tests_unit_test_sumlog_LDADD = $(unit_libs)
tests_unit_test_tally_CFLAGS = $(unit_cflags)
tests_unit_test_tally_LDADD = $(unit_libs)
tests_unit_test_text_CFLAGS = $(unit_cflags)
tests_unit_test_text_LDADD = $(unit_libs)
tests_unit_test_timeline_CFLAGS = $(unit_cflags)
tests_unit_test_timeline_LDADD = $(unit_libs)
tests_unit_test_topk_CFLAGS = $(unit_cflags)
tests_unit_test_topk_LDADD = $(unit_libs)
tests_unit_test_window_CFLAGS = $(unit_cflags)
tests_unit_test_window_LDADD = $(unit_libs)
tests_unit_test_writer_CFLAGS = $(unit_cflags)
tests_unit_test_writer_LDFLAGS = $(unit_wrap),--wrap=clock_read
tests_unit_test_writer_LDADD = $(unit_libs)
tests_unit_test_writer_full_CFLAGS = $(unit_cflags)
tests_unit_test_writer_full_LDADD = $(unit_libs)

# --- fuzz targets: their corpora are replayed in every check ---
fuzz_replays = tests/fuzz/replay_advice tests/fuzz/replay_cache tests/fuzz/replay_kernel tests/fuzz/replay_match tests/fuzz/replay_rule_blob tests/fuzz/replay_rule_text tests/fuzz/replay_state tests/fuzz/replay_watch tests/fuzz/replay_settings tests/fuzz/replay_stream tests/fuzz/replay_client
check_PROGRAMS += $(fuzz_replays)
TESTS += $(fuzz_replays)
advice_sources = plugin/cli/advice_object.c plugin/cli/advice_rules.c
tests_fuzz_replay_advice_SOURCES = tests/fuzz/fuzz_advice.c tests/fuzz/replay_main.c $(advice_sources)
tests_fuzz_replay_advice_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"tests/fuzz/corpus/advice"'
tests_fuzz_replay_advice_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_replay_advice_LDADD = $(NOISE_LIBS)
tests_fuzz_replay_cache_SOURCES = tests/fuzz/fuzz_cache.c tests/fuzz/replay_main.c
tests_fuzz_replay_cache_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"tests/fuzz/corpus/cache"'
tests_fuzz_replay_cache_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_replay_cache_LDADD = $(NOISE_LIBS)
tests_fuzz_replay_kernel_SOURCES = tests/fuzz/fuzz_kernel.c tests/fuzz/replay_main.c
tests_fuzz_replay_kernel_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"tests/fuzz/corpus/kernel"'
tests_fuzz_replay_kernel_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_replay_kernel_LDADD = $(NOISE_LIBS)
tests_fuzz_replay_match_SOURCES = tests/fuzz/fuzz_match.c tests/fuzz/replay_main.c
tests_fuzz_replay_match_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"tests/fuzz/corpus/match"'
tests_fuzz_replay_match_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_replay_match_LDADD = $(NOISE_LIBS)
tests_fuzz_replay_rule_blob_SOURCES = tests/fuzz/fuzz_rule_blob.c tests/fuzz/replay_main.c
tests_fuzz_replay_rule_blob_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"tests/fuzz/corpus/rule_blob"'
tests_fuzz_replay_rule_blob_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_replay_rule_blob_LDADD = $(NOISE_LIBS)
tests_fuzz_replay_rule_text_SOURCES = tests/fuzz/fuzz_rule_text.c tests/fuzz/replay_main.c
tests_fuzz_replay_rule_text_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"tests/fuzz/corpus/rule_text"'
tests_fuzz_replay_rule_text_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_replay_rule_text_LDADD = $(NOISE_LIBS)
tests_fuzz_replay_state_SOURCES = tests/fuzz/fuzz_state.c tests/fuzz/replay_main.c
tests_fuzz_replay_state_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"tests/fuzz/corpus/state"'
tests_fuzz_replay_state_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_replay_state_LDADD = $(NOISE_LIBS)
tests_fuzz_replay_watch_SOURCES = tests/fuzz/fuzz_watch.c tests/fuzz/replay_main.c
tests_fuzz_replay_watch_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"tests/fuzz/corpus/watch"'
tests_fuzz_replay_watch_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_replay_watch_LDADD = $(NOISE_LIBS)
tests_fuzz_replay_settings_SOURCES = tests/fuzz/fuzz_settings.c tests/fuzz/replay_main.c
tests_fuzz_replay_settings_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"tests/fuzz/corpus/settings"'
tests_fuzz_replay_settings_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_replay_settings_LDADD = $(NOISE_LIBS)
tests_fuzz_replay_stream_SOURCES = tests/fuzz/fuzz_stream.c tests/fuzz/replay_main.c
tests_fuzz_replay_stream_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"tests/fuzz/corpus/stream"'
tests_fuzz_replay_stream_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_replay_stream_LDADD = $(NOISE_LIBS)
tests_fuzz_replay_client_SOURCES = tests/fuzz/fuzz_client.c tests/fuzz/replay_main.c
tests_fuzz_replay_client_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"tests/fuzz/corpus/client"'
tests_fuzz_replay_client_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_replay_client_LDADD = $(NOISE_LIBS)
EXTRA_DIST += conf/audisp-noise.sysusers conf/selinux/audisp_noise.te conf/selinux/audisp_noise.fc
EXTRA_DIST += tests/fuzz/corpus/advice tests/fuzz/corpus/watch tests/fuzz/corpus/kernel tests/fuzz/corpus/match tests/fuzz/corpus/rule_blob tests/fuzz/corpus/rule_text tests/fuzz/corpus/cache tests/fuzz/corpus/settings tests/fuzz/corpus/state tests/fuzz/corpus/stream tests/fuzz/corpus/client tests/fuzz/settings.dict tests/fuzz/state.dict tests/fuzz/stream.dict
if FUZZERS
noinst_PROGRAMS = tests/fuzz/fuzz_advice tests/fuzz/fuzz_cache tests/fuzz/fuzz_kernel tests/fuzz/fuzz_match tests/fuzz/fuzz_rule_blob tests/fuzz/fuzz_rule_text tests/fuzz/fuzz_state tests/fuzz/fuzz_watch tests/fuzz/fuzz_settings tests/fuzz/fuzz_stream tests/fuzz/fuzz_client
tests_fuzz_fuzz_advice_SOURCES = tests/fuzz/fuzz_advice.c $(advice_sources)
tests_fuzz_fuzz_advice_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_fuzz_advice_LDFLAGS = $(AM_LDFLAGS) $(AN_FUZZ_LDFLAGS)
tests_fuzz_fuzz_advice_LDADD = $(NOISE_LIBS)
tests_fuzz_fuzz_cache_SOURCES = tests/fuzz/fuzz_cache.c
tests_fuzz_fuzz_cache_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_fuzz_cache_LDFLAGS = $(AM_LDFLAGS) $(AN_FUZZ_LDFLAGS)
tests_fuzz_fuzz_cache_LDADD = $(NOISE_LIBS)
tests_fuzz_fuzz_kernel_SOURCES = tests/fuzz/fuzz_kernel.c
tests_fuzz_fuzz_kernel_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_fuzz_kernel_LDFLAGS = $(AM_LDFLAGS) $(AN_FUZZ_LDFLAGS)
tests_fuzz_fuzz_kernel_LDADD = $(NOISE_LIBS)
tests_fuzz_fuzz_match_SOURCES = tests/fuzz/fuzz_match.c
tests_fuzz_fuzz_match_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_fuzz_match_LDFLAGS = $(AM_LDFLAGS) $(AN_FUZZ_LDFLAGS)
tests_fuzz_fuzz_match_LDADD = $(NOISE_LIBS)
tests_fuzz_fuzz_rule_blob_SOURCES = tests/fuzz/fuzz_rule_blob.c
tests_fuzz_fuzz_rule_blob_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_fuzz_rule_blob_LDFLAGS = $(AM_LDFLAGS) $(AN_FUZZ_LDFLAGS)
tests_fuzz_fuzz_rule_blob_LDADD = $(NOISE_LIBS)
tests_fuzz_fuzz_rule_text_SOURCES = tests/fuzz/fuzz_rule_text.c
tests_fuzz_fuzz_rule_text_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_fuzz_rule_text_LDFLAGS = $(AM_LDFLAGS) $(AN_FUZZ_LDFLAGS)
tests_fuzz_fuzz_rule_text_LDADD = $(NOISE_LIBS)
tests_fuzz_fuzz_state_SOURCES = tests/fuzz/fuzz_state.c
tests_fuzz_fuzz_state_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_fuzz_state_LDFLAGS = $(AM_LDFLAGS) $(AN_FUZZ_LDFLAGS)
tests_fuzz_fuzz_state_LDADD = $(NOISE_LIBS)
tests_fuzz_fuzz_watch_SOURCES = tests/fuzz/fuzz_watch.c
tests_fuzz_fuzz_watch_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_fuzz_watch_LDFLAGS = $(AM_LDFLAGS) $(AN_FUZZ_LDFLAGS)
tests_fuzz_fuzz_watch_LDADD = $(NOISE_LIBS)
tests_fuzz_fuzz_settings_SOURCES = tests/fuzz/fuzz_settings.c
tests_fuzz_fuzz_settings_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_fuzz_settings_LDFLAGS = $(AM_LDFLAGS) $(AN_FUZZ_LDFLAGS)
tests_fuzz_fuzz_settings_LDADD = $(NOISE_LIBS)
tests_fuzz_fuzz_stream_SOURCES = tests/fuzz/fuzz_stream.c
tests_fuzz_fuzz_stream_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_fuzz_stream_LDFLAGS = $(AM_LDFLAGS) $(AN_FUZZ_LDFLAGS)
tests_fuzz_fuzz_stream_LDADD = $(NOISE_LIBS)
tests_fuzz_fuzz_client_SOURCES = tests/fuzz/fuzz_client.c
tests_fuzz_fuzz_client_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_fuzz_fuzz_client_LDFLAGS = $(AM_LDFLAGS) $(AN_FUZZ_LDFLAGS)
tests_fuzz_fuzz_client_LDADD = $(NOISE_LIBS)
endif

# --- the real kernel and the real auditd; they skip where those are in use ---
check_PROGRAMS += tests/system/advice_tool tests/system/load tests/system/match_tool tests/system/match_work \
	tests/system/rules_tool tests/system/tee
tests_system_advice_tool_SOURCES = tests/system/advice_tool.c
tests_system_advice_tool_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_system_advice_tool_LDADD = $(NOISE_LIBS)
tests_system_load_SOURCES = tests/system/load.c tests/system/load_table.c \
	tests/system/load_table.h
tests_system_load_CFLAGS = $(AM_CFLAGS) $(AUDIT_CFLAGS)
tests_system_load_LDADD = $(AUDIT_LIBS)
tests_system_match_tool_SOURCES = tests/system/match_tool.c tests/system/match_looks.c \
	tests/system/match_looks.h tests/system/kernel_rules.h
tests_system_match_tool_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_system_match_tool_LDADD = $(NOISE_LIBS)
tests_system_match_work_SOURCES = tests/system/match_work.c tests/system/match_odd.c \
	tests/system/match_work.h
tests_system_rules_tool_SOURCES = tests/system/rules_tool.c tests/system/kernel_rules.h
tests_system_rules_tool_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_system_rules_tool_LDADD = $(NOISE_LIBS)
tests_system_tee_SOURCES = tests/system/tee.c
system_scripts = tests/system/00-frame.sh tests/system/01-chain.sh \
	tests/system/02-enable.sh tests/system/03-bad.sh tests/system/04-rights.sh \
	tests/system/05-self.sh tests/system/06-frozen.sh tests/system/07-killed.sh tests/system/08-clients.sh tests/system/09-loss.sh tests/system/10-causes.sh tests/system/11-retention.sh tests/system/12-absent.sh tests/system/13-depth.sh tests/system/14-rules.sh tests/system/15-stuck.sh tests/system/16-match.sh tests/system/17-findings.sh tests/system/18-attribution.sh tests/system/20-rule-advice.sh tests/system/19-rules-d.sh tests/system/21-try.sh tests/system/23-closed-loop.sh tests/system/25-advice-loads.sh tests/system/22-auth.sh tests/system/24-noise-advice.sh
dist_check_SCRIPTS += $(system_scripts)
TESTS += $(system_scripts)
EXTRA_DIST += tests/system/clients.py tests/system/lib.sh tests/system/loads.sh tests/system/objects.sh tests/system/record.sh tests/system/serve.sh

# --- lint ---
lint_scripts = tests/lint/arrows.sh tests/lint/docs.sh tests/lint/headers.sh \
	tests/lint/selftest.sh tests/lint/style.sh
dist_check_SCRIPTS += $(lint_scripts)
TESTS += $(lint_scripts)
EXTRA_DIST += tests/lint/lib.sh tests/lint/arrows.awk
AM_TESTS_ENVIRONMENT += CC='$(CC)'; export CC;

# --- once more under valgrind; scripts that hold no time against it ---
EXTRA_DIST += tests/valgrind.sh tests/valgrind.supp
valgrind_scripts = tests/golden/run.sh tests/integration/counts.sh \
	tests/integration/schema.sh tests/integration/planted.sh
check-valgrind: all $(check_PROGRAMS)
	@$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/valgrind.sh tests/valgrind \
		$(unit_programs) $(fuzz_replays) -- \
		`for s in $(valgrind_scripts); do echo $(abs_srcdir)/$$s; done`
.PHONY: check-valgrind

# --- benches: figures, no tests ---
benches = tests/bench/bench_replay tests/bench/bench_unended tests/bench/bench_pieces \
	tests/bench/bench_growth tests/bench/bench_match tests/bench/bench_rounds
EXTRA_PROGRAMS = $(benches) tests/bench/discard tests/bench/synthetic_log
bench_scripts = tests/bench/bench_rules.sh tests/bench/bench_tools.sh tests/bench/bench_memory.sh tests/bench/bench_chain.sh
tests_bench_discard_SOURCES = tests/bench/discard.c
synthetic = tests/bench/synthetic.c tests/bench/synthetic.h
tests_bench_bench_replay_SOURCES = tests/bench/bench_replay.c $(synthetic)
tests_bench_bench_replay_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_bench_bench_replay_LDADD = $(NOISE_LIBS)
tests_bench_bench_unended_SOURCES = tests/bench/bench_unended.c $(synthetic)
tests_bench_bench_unended_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_bench_bench_unended_LDADD = $(NOISE_LIBS)
pieces = tests/bench/pieces.c tests/bench/pieces.h $(synthetic)
tests_bench_bench_pieces_SOURCES = tests/bench/bench_pieces.c plugin/rulefiles.c $(pieces)
tests_bench_bench_pieces_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_bench_bench_pieces_LDADD = $(NOISE_LIBS)
tests_bench_bench_rounds_SOURCES = tests/bench/bench_rounds.c $(pieces)
tests_bench_bench_rounds_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_bench_bench_rounds_LDADD = $(NOISE_LIBS)
tests_bench_bench_growth_SOURCES = tests/bench/bench_growth.c $(synthetic)
tests_bench_bench_growth_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_bench_bench_growth_LDADD = $(NOISE_LIBS)
tests_bench_bench_match_SOURCES = tests/bench/bench_match.c $(synthetic)
tests_bench_bench_match_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_bench_bench_match_LDADD = $(NOISE_LIBS)
tests_bench_synthetic_log_SOURCES = tests/bench/synthetic_log.c $(synthetic)
tests_bench_synthetic_log_CFLAGS = $(plugin_libnoise_a_CFLAGS)
tests_bench_synthetic_log_LDADD = $(NOISE_LIBS)
CLEANFILES += $(EXTRA_PROGRAMS)
EXTRA_DIST += tests/bench/README $(bench_scripts)

bench: $(EXTRA_PROGRAMS) $(check_PROGRAMS) all
	@for b in $(benches); do ./$$b || exit 1; done
	@for b in $(bench_scripts); do \
		srcdir=$(srcdir) $(SHELL) $(srcdir)/$$b; s=$$?; [ $$s -eq 0 ] || [ $$s -eq 77 ] || exit $$s; \
	done
.PHONY: bench
