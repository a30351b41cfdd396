# The programs. Everything but the two mains is in one library, so that the
# plugin, aunoise, the tests and the fuzz targets run the very same objects.
noinst_LIBRARIES += plugin/libnoise.a
plugin_libnoise_a_CFLAGS = $(AM_CFLAGS) $(AUPARSE_CFLAGS) $(AUDIT_CFLAGS) \
	$(JANSSON_CFLAGS) $(EVENT_CFLAGS) $(CAPNG_CFLAGS) $(SECCOMP_CFLAGS)
plugin_libnoise_a_SOURCES = \
	plugin/config.c plugin/config.h \
	plugin/config_item.c plugin/config_item.h \
	plugin/config_table.c \
	plugin/config_value.c plugin/config_value.h \
	plugin/base/accounts.c plugin/base/accounts.h \
	plugin/base/clock.c plugin/base/clock.h \
	plugin/base/conf_file.c plugin/base/conf_file.h \
	plugin/base/file.c plugin/base/file.h \
	plugin/base/lineage.c plugin/base/lineage.h \
	plugin/base/log.c plugin/base/log.h \
	plugin/base/path.c plugin/base/path.h \
	plugin/base/siphash.c plugin/base/siphash.h \
	plugin/base/span.h \
	plugin/base/text.c plugin/base/text.h \
	plugin/privs.c plugin/privs.h plugin/privs_filter.c \
	plugin/protect.c plugin/protect.h \
	plugin/samples.c plugin/samples.h \
	plugin/kernel/asker.c plugin/kernel/asker.h \
	plugin/kernel/daemon.c plugin/kernel/daemon.h \
	plugin/kernel/keeper.c plugin/kernel/keeper.h \
	plugin/kernel/klog.c plugin/kernel/klog.h \
	plugin/kernel/netlink_drops.c plugin/kernel/netlink_drops.h \
	plugin/kernel/process.c plugin/kernel/process.h \
	plugin/kernel/rule_dir.c plugin/kernel/rule_dir.h plugin/kernel/rule_dir_fill.c \
	plugin/kernel/rulelist.c plugin/kernel/rulelist.h \
	plugin/kernel/status.c plugin/kernel/status.h \
	plugin/kernel/watch.c plugin/kernel/watch.h plugin/kernel/wire.h \
	plugin/kernel/worker.c plugin/kernel/worker.h \
	plugin/stream/assemble.c plugin/stream/assemble.h \
	plugin/stream/event.h \
	plugin/stream/feed.c plugin/stream/feed.h \
	plugin/stream/cache.c plugin/stream/cache.h \
	plugin/stream/gaps.c plugin/stream/gaps.h \
	plugin/stream/input.c plugin/stream/input.h \
	plugin/stream/lag.c plugin/stream/lag.h \
	plugin/stream/notice.c plugin/stream/notice.h \
	plugin/stream/node.c plugin/stream/node.h \
	plugin/stream/object.c plugin/stream/object.h \
	plugin/stream/parse.c plugin/stream/parse.h \
	plugin/stream/record.c plugin/stream/record.h \
	plugin/stream/split.c plugin/stream/split.h \
	plugin/rules/births.c plugin/rules/births.h \
	plugin/rules/calls.c plugin/rules/calls.h \
	plugin/rules/controls.c plugin/rules/controls.h \
	plugin/rules/cover.c plugin/rules/cover.h \
	plugin/rules/draft.c plugin/rules/draft.h \
	plugin/rules/facts.c plugin/rules/facts.h \
	plugin/rules/field.c plugin/rules/field.h \
	plugin/rules/match.c plugin/rules/match.h \
	plugin/rules/match_exit.c plugin/rules/match_field.c \
	plugin/rules/match_inner.h plugin/rules/match_list.h \
	plugin/rules/match_label.c plugin/rules/match_path.c \
	plugin/rules/match_record.c \
	plugin/rules/perm.c plugin/rules/perm.h \
	plugin/rules/findings.c plugin/rules/findings.h \
	plugin/rules/findings_part.h \
	plugin/rules/findings_files.c plugin/rules/findings_merges.c \
	plugin/rules/findings_paths.c plugin/rules/findings_shadows.c \
	plugin/rules/findings_twins.c \
	plugin/rules/rule.c plugin/rules/rule.h \
	plugin/rules/rule_files.c plugin/rules/rule_files.h \
	plugin/rules/rule_files_names.c \
	plugin/rules/rule_print.c \
	plugin/rules/rule_text.c plugin/rules/rule_text.h \
	plugin/rules/ruleset.c plugin/rules/ruleset.h \
	plugin/rules/ruleset_compare.c \
	plugin/rules/words.c plugin/rules/words.h \
	plugin/advise/auth.c plugin/advise/auth.h \
	plugin/advise/daemon.c plugin/advise/daemon.h \
	plugin/advise/flood.c plugin/advise/flood.h \
	plugin/advise/guard.c plugin/advise/guard.h plugin/advise/guard_inner.h \
	plugin/advise/guard_events.c plugin/advise/guard_form.c \
	plugin/advise/guard_names.c plugin/advise/guard_text.c \
	plugin/advise/loss.c plugin/advise/loss.h \
	plugin/advise/noise.c plugin/advise/noise.h plugin/advise/noise_inner.h \
	plugin/advise/noise_exclude.c plugin/advise/noise_heavy.c \
	plugin/advise/noise_make.c plugin/advise/noise_narrow.c \
	plugin/advise/noise_rule.c plugin/advise/noise_text.c \
	plugin/advise/noise_standing.c \
	plugin/advise/life.c plugin/advise/life.h plugin/advise/life_round.c \
	plugin/advise/queue.c plugin/advise/queue.h \
	plugin/advise/repair.c plugin/advise/repair.h \
	plugin/advise/repair_guard.c plugin/advise/repair_part.h \
	plugin/advise/repair_settle.c \
	plugin/advise/round.c plugin/advise/round.h \
	plugin/advise/snapshot.c plugin/advise/snapshot.h \
	plugin/advise/trial.c plugin/advise/trial.h \
	plugin/advise/storms.c plugin/advise/storms.h \
	plugin/advise/whatif.c plugin/advise/whatif.h plugin/advise/whatif_inner.h \
	plugin/advise/whatif_ask.c plugin/advise/whatif_blinds.c \
	plugin/advise/whatif_record.c \
	plugin/count/attribution.c plugin/count/attribution.h \
	plugin/count/auth_book.c plugin/count/auth_book.h \
	plugin/count/counter.c plugin/count/counter.h \
	plugin/count/burst.c plugin/count/burst.h \
	plugin/emit/advice.c plugin/emit/advice.h \
	plugin/emit/control_list.c plugin/emit/control_list.h \
	plugin/emit/daemon_object.c plugin/emit/daemon_object.h \
	plugin/emit/noise_life.c plugin/emit/noise_life.h \
	plugin/emit/noise_object.c plugin/emit/noise_object.h \
	plugin/emit/proposal.c plugin/emit/proposal.h \
	plugin/emit/queue_object.c plugin/emit/queue_object.h \
	plugin/emit/repair_object.c plugin/emit/repair_object.h \
	plugin/emit/repair_words.c plugin/emit/repair_words.h \
	plugin/emit/rule_advice.c plugin/emit/rule_advice.h \
	plugin/emit/rule_phrase.c plugin/emit/rule_phrase.h \
	plugin/count/engine.c plugin/count/engine.h \
	plugin/count/flows.c plugin/count/flows.h \
	plugin/count/ledger.c plugin/count/ledger.h \
	plugin/count/suspects.c plugin/count/suspects.h \
	plugin/count/own.h \
	plugin/count/name.c plugin/count/name.h \
	plugin/count/programs.c plugin/count/programs.h \
	plugin/count/rule_book.c plugin/count/rule_book.h \
	plugin/count/tally.c plugin/count/tally_name.c plugin/count/tally.h \
	plugin/count/tally_aux.c plugin/count/tally_aux.h \
	plugin/count/timeline.c plugin/count/timeline.h \
	plugin/count/topk.c plugin/count/topk.h \
	plugin/count/verdict.c \
	plugin/count/window.c plugin/count/window.h \
	plugin/emit/alarm.c plugin/emit/alarm.h \
	plugin/emit/alerts.c plugin/emit/alerts.h \
	plugin/emit/client.c plugin/emit/client.h \
	plugin/emit/entry.c plugin/emit/entry.h \
	plugin/emit/flood_alert.c plugin/emit/flood_alert.h \
	plugin/emit/listener.c plugin/emit/listener.h \
	plugin/emit/logfile.c plugin/emit/logfile.h \
	plugin/emit/loss_object.c plugin/emit/loss_object.h \
	plugin/emit/pace.c plugin/emit/pace.h \
	plugin/emit/peer.c plugin/emit/peer.h \
	plugin/emit/listing.c plugin/emit/listing.h \
	plugin/emit/report.c plugin/emit/report.h \
	plugin/emit/retention.c plugin/emit/retention.h \
	plugin/emit/request.c plugin/emit/request.h \
	plugin/emit/schema.c plugin/emit/schema.h \
	plugin/emit/server.c plugin/emit/server.h \
	plugin/emit/state.c plugin/emit/state.h \
	plugin/emit/state_ledger.c plugin/emit/state_ledger.h \
	plugin/emit/state_noise.c plugin/emit/state_noise.h \
	plugin/emit/state_piece.c plugin/emit/state_piece.h \
	plugin/emit/state_read.c plugin/emit/state_read.h \
	plugin/emit/state_restore.c \
	plugin/emit/state_scan.c plugin/emit/state_scan.h \
	plugin/emit/state_aux.c plugin/emit/state_aux.h \
	plugin/emit/state_save.c plugin/emit/state_save.h \
	plugin/emit/statefile.c plugin/emit/statefile.h \
	plugin/emit/storm_alarm.c plugin/emit/storm_alarm.h \
	plugin/emit/sumlog.c plugin/emit/sumlog.h \
	plugin/emit/writer.c plugin/emit/writer.h

NOISE_LIBS = plugin/libnoise.a $(AUPARSE_LIBS) $(AUDIT_LIBS) $(JANSSON_LIBS) \
	$(EVENT_LIBS) $(CAPNG_LIBS) $(SECCOMP_LIBS) -lm

sbin_PROGRAMS += plugin/audisp-noise
plugin_audisp_noise_SOURCES = plugin/main.c \
	plugin/history.c plugin/history.h \
	plugin/intake.c plugin/intake.h plugin/lookout.c plugin/lookout.h \
	plugin/advisor.c plugin/advisor.h plugin/monitor.c plugin/monitor.h \
	plugin/looks.c plugin/looks.h \
	plugin/outlet.c plugin/outlet.h \
	plugin/plugin.c plugin/plugin.h \
	plugin/reload.c plugin/reload.h plugin/root.c plugin/root.h \
	plugin/rounds.c plugin/rounds.h \
	plugin/rulefiles.c plugin/rulefiles.h \
	plugin/rulewatch.c plugin/rulewatch.h \
	plugin/signals.c plugin/signals.h
plugin_audisp_noise_CFLAGS = $(plugin_libnoise_a_CFLAGS)
plugin_audisp_noise_LDADD = $(NOISE_LIBS)

bin_PROGRAMS += plugin/aunoise
plugin_aunoise_SOURCES = plugin/cli/main.c plugin/cli/cli.h \
	plugin/cli/connect.c plugin/cli/file_facts.c plugin/cli/file_facts.h \
	plugin/cli/logs.c plugin/cli/logs.h plugin/cli/losses.c \
	plugin/cli/noise_replay.c plugin/cli/noise_replay.h \
	plugin/cli/replay_alerts.c plugin/cli/replay_alerts.h \
	plugin/cli/print.c plugin/cli/print_advice.c \
	plugin/cli/rules.c plugin/cli/rules_advice.c plugin/cli/rules_advice.h \
	plugin/cli/replay.c plugin/cli/report.c plugin/cli/settings.c plugin/cli/status.c \
	plugin/cli/advice.c \
	plugin/cli/advice_object.c plugin/cli/advice_object.h \
	plugin/cli/advice_rules.c plugin/cli/advice_rules.h \
	plugin/cli/try.c plugin/cli/try.h plugin/cli/try_confine.c \
	plugin/cli/try_guardian.c plugin/cli/try_journal.c \
	plugin/cli/try_keep.c plugin/cli/try_kernel.c plugin/cli/try_measure.c \
	plugin/cli/try_run.c plugin/cli/try_run.h
plugin_aunoise_CFLAGS = $(plugin_libnoise_a_CFLAGS)
plugin_aunoise_LDADD = $(NOISE_LIBS)

dist_man_MANS += plugin/audisp-noise.8 plugin/cli/aunoise.8
