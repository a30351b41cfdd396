/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config_table.c - the settings, one row each
 *
 * All that is known of a setting stands in its row: config.c checks, reads and
 * prints by it, the man page repeats it. The fallback of each row is written
 * as in the file and must pass the row's own checks; a test holds them to it.
 */
#include "config.h"

#define MEMBER(m)    offsetof(struct config, m), sizeof(((struct config *)0)->m)
#define SOCKET_PLACE RUNDIR "/socket"
#define LOG_PLACE    LOGDIR "/summary.log"
#define STATE_PLACE  STATEDIR "/state"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define TIB (1024 * 1024 * MIB)

/* A list is a count with its values right behind it, read as one member. */
#define LIST_MEMBER(count, values) \
	offsetof(struct config, count), sizeof(((struct config *)0)->count) + \
						sizeof(((struct config *)0)->values)

_Static_assert(offsetof(struct config, window_sec) ==
		       offsetof(struct config, n_windows) + sizeof(unsigned int),
	       "n_windows stands right before window_sec");
_Static_assert(
	sizeof(SOCKET_PLACE) <= CONFIG_SOCKET_MAX,
	"the default socket's name is too long for a unix socket: choose a shorter "
	"--runstatedir");
_Static_assert(sizeof(LOG_PLACE) <= PATH_MAX, "the default log's name is too long");

const struct config_row config_rows[] = {
	{"windows", CONFIG_DURATION_LIST, LIST_MEMBER(n_windows, window_sec), 3, 86400,
	 "60 5m 1h", "The sliding windows that are kept, from short to long.", false},
	{"interval", CONFIG_DURATION, MEMBER(interval_sec), 1, 86400, "60",
	 "How often a summary is made.", true},
	{"top", CONFIG_NUMBER, MEMBER(top), 1, 512, "10",
	 "How many entries each list of a summary has at most.", true},
	{"socket", CONFIG_PATH, MEMBER(socket), 2, CONFIG_SOCKET_MAX - 1, SOCKET_PLACE,
	 "The unix socket on which summaries and alerts are given out.", false},
	{"socket_mode", CONFIG_MODE, MEMBER(socket_mode), 0600, 0666, "0660",
	 "Who may connect to the socket, as for chmod.", false},
	{"socket_group", CONFIG_NAME, MEMBER(socket_group), 0, CONFIG_NAME_MAX - 1, "",
	 "The group that may connect; empty: adm where there is one, else the user's "
	 "own.",
	 false},
	{"user", CONFIG_NAME, MEMBER(user), 1, CONFIG_NAME_MAX - 1, "audisp-noise",
	 "The user that the plugin becomes when root has started it.", false},
	{"max_clients", CONFIG_NUMBER, MEMBER(max_clients), 1, 1024, "16",
	 "How many clients the socket serves at the same time.", false},
	{"client_buffer", CONFIG_SIZE, MEMBER(client_buffer_bytes), 16 * KIB, 16 * MIB,
	 "64K",
	 "What is kept for a client that reads slowly, before it loses whole lines.",
	 false},
	{"summary_log", CONFIG_PATH_OR_NONE, MEMBER(summary_log), 2, PATH_MAX - 1,
	 LOG_PLACE, "The file that gets a line for each summary; none: no such file.",
	 false},
	{"summary_log_size", CONFIG_SIZE, MEMBER(summary_log_bytes), 64 * KIB, TIB, "8M",
	 "At which size the summary log is renamed and begun anew.", false},
	{"summary_log_keep", CONFIG_NUMBER, MEMBER(summary_log_keep), 0, 999, "4",
	 "How many renamed summary logs are kept.", false},
	{"state_file", CONFIG_PATH_OR_NONE, MEMBER(state_file), 2, PATH_MAX - 1,
	 STATE_PLACE, "Where counts outlive a restart; none: they do not.", false},
	{"poll_interval", CONFIG_DURATION_MS, MEMBER(poll_ms), 100, 60000, "500ms",
	 "How often the kernel is asked for its audit status.", true},
	{"backlog_warn", CONFIG_NUMBER, MEMBER(backlog_warn), 1, 100, "50",
	 "At how many percent of its limit the kernel's queue is a warning.", true},
	{"backlog_critical", CONFIG_NUMBER, MEMBER(backlog_critical), 1, 100, "80",
	 "At how many percent of its limit the kernel's queue is critical.", true},
	{"policy_failure", CONFIG_FAILURE, MEMBER(policy_failure), 0, 2, "any",
	 "What the site wants the kernel to do when it loses a record: any, printk or "
	 "panic.",
	 true},
	{"advise_interval", CONFIG_DURATION, MEMBER(advise_sec), 1, 86400, "60",
	 "How often it is looked for what could be recorded less.", true},
	{"min_share", CONFIG_NUMBER, MEMBER(min_share), 1, 100, "2",
	 "How many percent of the records an advice must save at least.", true},
	{"max_risk", CONFIG_RISK, MEMBER(max_risk), 0, 2, "medium",
	 "Advice of a higher risk is counted and not proposed: low, medium or high.",
	 true},
	{"protect_key", CONFIG_KEY_LIST, MEMBER(protect_key), 0, PATH_MAX - 1, "",
	 "Keys of rules of whose events none is ever silenced.", true},
	{"protect_type", CONFIG_TYPE_LIST, MEMBER(protect_type), 0, PATH_MAX - 1, "",
	 "Types of records that are never silenced, beside those that never are.", true},
	{"protect_exe", CONFIG_PATH_LIST, MEMBER(protect_exe), 0, PATH_MAX - 1, "",
	 "Programs of whose events none is ever silenced.", true},
	{"protect_path", CONFIG_PATH_LIST, MEMBER(protect_path), 0, PATH_MAX - 1, "",
	 "Files and directories: what is about them, in them or above them is never "
	 "silenced.",
	 true},
	{"max_flows", CONFIG_NUMBER, MEMBER(max_flows), 16, 65536, "1024",
	 "How many flows are told apart at the same time; more need more memory.", false},
	{"max_values", CONFIG_NUMBER, MEMBER(max_values), 16, 65536, "512",
	 "How many values of each other list are told apart at the same time.", false},
};

const size_t config_n_rows = sizeof(config_rows) / sizeof(config_rows[0]);

_Static_assert(sizeof(config_rows) / sizeof(config_rows[0]) <= CONFIG_ROWS_MAX,
	       "CONFIG_ROWS_MAX is too small");
