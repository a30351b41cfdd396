/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon.c - auditd's own settings and what it says of itself
 *
 * Pure. auditd.conf goes through the reader of our own settings; its defaults are
 * auditd's compiled ones (auditd-config.c: clear_config), which hold where a key is
 * missing.
 */
#include "kernel/daemon.h"

#include <stdio.h>
#include <strings.h>

#include "base/conf_file.h"
#include "base/text.h"

#define MIB 1048576u
#define KIB 1024u

struct word {
	const char *name;
	int value;
};

static const struct word actions[] = {
	{"ignore", DAEMON_IGNORE},   {"syslog", DAEMON_SYSLOG},
	{"rotate", DAEMON_ROTATE},   {"keep_logs", DAEMON_KEEP_LOGS},
	{"email", DAEMON_EMAIL},     {"exec", DAEMON_EXEC},
	{"suspend", DAEMON_SUSPEND}, {"single", DAEMON_SINGLE},
	{"halt", DAEMON_HALT},       {NULL, 0},
};

static const struct word flushes[] = {
	{"none", DAEMON_FLUSH_NONE},
	{"incremental", DAEMON_FLUSH_INCREMENTAL},
	{"incremental_async", DAEMON_FLUSH_INCREMENTAL_ASYNC},
	{"data", DAEMON_FLUSH_DATA},
	{"sync", DAEMON_FLUSH_SYNC},
	{NULL, 0},
};

static const struct word names[] = {
	{"none", DAEMON_NAME_NONE}, {"hostname", DAEMON_NAME_HOSTNAME},
	{"fqd", DAEMON_NAME_FQD},   {"numeric", DAEMON_NAME_NUMERIC},
	{"user", DAEMON_NAME_USER}, {NULL, 0},
};

static const struct word yes_no[] = {{"yes", 1}, {"no", 0}, {NULL, 0}};
static const struct word formats[] = {{"enriched", 1}, {"raw", 0}, {NULL, 0}};

/* Words have no case there; exec has a path behind it. Return: @otherwise: none of them.
 */
static int value_of(const struct word *words, struct span text, int otherwise)
{
	const char *blank = text.n ? memchr(text.p, ' ', text.n) : NULL;
	size_t n = blank ? (size_t)(blank - text.p) : text.n;

	for (; words->name; words++)
		if (strlen(words->name) == n && !strncasecmp(words->name, text.p, n))
			return words->value;
	return otherwise;
}

/* --- auditd.conf --- */

static bool is_named(struct span name, const char *key)
{
	return strlen(key) == name.n && !strncasecmp(key, name.p, name.n);
}

/* Return: is @name one of these, and was its word taken? */
static bool take_action(struct daemon_config *c, struct span name, struct span value)
{
	const struct {
		const char *name;
		enum daemon_action *action;
	} known[] = {
		{"max_log_file_action", &c->max_log_action},
		{"overflow_action", &c->overflow_action},
		{"space_left_action", &c->space_left_action},
		{"admin_space_left_action", &c->admin_space_left_action},
		{"disk_full_action", &c->disk_full_action},
		{"disk_error_action", &c->disk_error_action},
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (is_named(name, known[i].name)) {
			*known[i].action = (enum daemon_action)value_of(
				actions, value, (int)*known[i].action);
			return true;
		}
	return false;
}

static bool take_number(struct daemon_config *c, struct span name, struct span value)
{
	const struct {
		const char *name;
		uint32_t *number;
	} known[] = {
		{"freq", &c->freq},
		{"q_depth", &c->q_depth},
		{"priority_boost", &c->priority_boost},
		{"num_logs", &c->num_logs},
		{"max_log_file", &c->max_log_mib},
	};
	uint64_t number;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (is_named(name, known[i].name)) {
			if (text_u64(value, UINT32_MAX, &number))
				*known[i].number = (uint32_t)number;
			return true;
		}
	return false;
}

static int take_setting(void *arg, const char *file, unsigned int line, struct span name,
			struct span value, struct conf_error *e)
{
	struct daemon_config *c = arg;

	if (take_action(c, name, value) || take_number(c, name, value))
		return 0;
	if (is_named(name, "log_format"))
		c->enriched = value_of(formats, value, c->enriched);
	else if (is_named(name, "write_logs"))
		c->write_logs = value_of(yes_no, value, c->write_logs);
	else if (is_named(name, "flush"))
		c->flush = (enum daemon_flush)value_of(flushes, value, (int)c->flush);
	else if (is_named(name, "tcp_listen_port"))
		c->listens = true; /* auditd judges the number */
	else if (is_named(name, "name_format"))
		c->name_format =
			(enum daemon_name)value_of(names, value, (int)c->name_format);
	else if (is_named(name, "name") && value.n < sizeof(c->name))
		snprintf(c->name, sizeof(c->name), "%.*s", (int)value.n, value.p);
	else if (is_named(name, "log_file") && value.n < sizeof(c->log_file))
		snprintf(c->log_file, sizeof(c->log_file), "%.*s", (int)value.n, value.p);
	return 0;
}

int daemon_config_read(struct span text, struct daemon_config *config)
{
	struct conf_error error;

	*config = (struct daemon_config){
		.enriched = true,
		.write_logs = true,
		.flush = DAEMON_FLUSH_NONE,
		.q_depth = 2000,
		.priority_boost = 4,
		.max_log_action = DAEMON_IGNORE,
		.overflow_action = DAEMON_SYSLOG,
		.space_left_action = DAEMON_IGNORE,
		.admin_space_left_action = DAEMON_IGNORE,
		.disk_full_action = DAEMON_IGNORE,
		.disk_error_action = DAEMON_SYSLOG,
		.log_file = "/var/log/audit/audit.log",
	};
	return conf_file_parse("auditd.conf", text, take_setting, config, &error);
}

/* --- the report --- */

/* The number that @s begins with, behind blanks. */
static uint64_t leading_number(struct span s)
{
	uint64_t value;
	size_t n = 0;

	for (; s.n && s.p[0] == ' '; s.n--)
		s.p++;
	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return text_u64((struct span){s.p, n}, UINT64_MAX - 1, &value) ? value
								       : DAEMON_UNKNOWN;
}

static uint64_t times(uint64_t value, uint64_t unit)
{
	return value > DAEMON_UNKNOWN / unit ? DAEMON_UNKNOWN : value * unit;
}

static int said(struct span value)
{
	for (; value.n && value.p[0] == ' '; value.n--)
		value.p++;
	return value_of(yes_no, value, -1);
}

/* @rest: what stands behind @name, and behind the "=" that most lines have. */
static bool is_line(struct span line, const char *name, struct span *rest)
{
	size_t n = strlen(name);

	if (line.n < n || memcmp(line.p, name, n) != 0)
		return false;
	*rest = (struct span){line.p + n, line.n - n};
	while (rest->n && (rest->p[0] == ' ' || rest->p[0] == '=')) {
		rest->p++;
		rest->n--;
	}
	return true;
}

static bool report_line(struct span line, struct daemon_report *r)
{
	struct span v;

	if (is_line(line, "writing to logs", &v))
		r->writing = said(v);
	else if (is_line(line, "logging suspended", &v))
		r->suspended = said(v);
	else if (is_line(line, "plugin queue overflow detected", &v))
		r->overflow = said(v);
	else if (is_line(line, "plugin queueing suspended", &v))
		r->queue_suspended = said(v);
	else if (is_line(line, "current plugin queue depth", &v))
		r->queue_depth = leading_number(v);
	else if (is_line(line, "max plugin queue depth used", &v))
		r->queue_peak = leading_number(v);
	else if (is_line(line, "plugin queue size", &v))
		r->queue_size = leading_number(v);
	else if (is_line(line, "current log size", &v))
		r->log_bytes = times(leading_number(v), KIB);
	else if (is_line(line, "Logging partition free space", &v))
		r->free_bytes = times(leading_number(v), MIB);
	else
		return false;
	return true;
}

bool daemon_report_read(struct span text, struct daemon_report *report)
{
	struct span line;
	bool any = false;

	*report = (struct daemon_report){-1,
					 -1,
					 -1,
					 -1,
					 DAEMON_UNKNOWN,
					 DAEMON_UNKNOWN,
					 DAEMON_UNKNOWN,
					 DAEMON_UNKNOWN,
					 DAEMON_UNKNOWN};
	while (text_line(&text, &line))
		any |= report_line(line, report);
	if (report->queue_depth > report->queue_size)
		report->queue_depth = DAEMON_UNKNOWN;
	if (report->queue_peak > report->queue_size)
		report->queue_peak = DAEMON_UNKNOWN;
	return any;
}
