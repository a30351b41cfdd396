/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - the settings of the plugin
 *
 * config_table.c has a row for each key: its type, range, unit, default and
 * help text. A file is read into a struct of its own and taken only when all
 * of it is good.
 */
#ifndef NOISE_CONFIG_H
#define NOISE_CONFIG_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/conf_file.h"

#define CONFIG_ROWS_MAX    32 /* of config_rows[] */
#define CONFIG_WINDOWS_MAX 4
#define CONFIG_SOCKET_MAX  108 /* sun_path of unix(7), its NUL included */
#define CONFIG_NAME_MAX    33  /* of a user or group, its NUL included */
#define CONFIG_ITEMS_MAX   32  /* of a list of texts */

struct config {
	unsigned int n_windows;
	unsigned int window_sec[CONFIG_WINDOWS_MAX]; /* ascending; 3 to 86400, by 3 */
	unsigned int interval_sec;                   /* 1 to 86400 */
	unsigned int top;                            /* 1 to 512 */
	char socket[CONFIG_SOCKET_MAX];              /* absolute */
	mode_t socket_mode;                          /* 0600 to 0666, octal in the file */
	char socket_group[CONFIG_NAME_MAX]; /* "" : adm where there is one, else root */
	char user[CONFIG_NAME_MAX]; /* that root's plugin becomes; else of no account */
	unsigned int max_clients;   /* 1 to 1024 */
	size_t client_buffer_bytes; /* 16K to 16M */
	char summary_log[PATH_MAX]; /* absolute; "" for none */
	uint64_t summary_log_bytes; /* 64K to 1T */
	unsigned int summary_log_keep;               /* 0 to 999 old files */
	char state_file[PATH_MAX];                   /* absolute; "" for none */
	unsigned int max_flows, max_values;          /* 16 to 65536 */
	unsigned int poll_ms;                        /* 100 to 60000 */
	unsigned int backlog_warn, backlog_critical; /* percent of the limit, 1 to 100 */
	unsigned int policy_failure; /* as auditctl -f: 1 printk, 2 panic; 0: any */
	unsigned int advise_sec;     /* 1 to 86400 */
	unsigned int min_share;      /* percent of the records, 1 to 100 */
	unsigned int max_risk;       /* enum guard_level */
	/* at most CONFIG_ITEMS_MAX items, a blank between two; "" : none. See protect.h
	 */
	char protect_key[PATH_MAX];
	char protect_type[PATH_MAX]; /* known names, UNKNOWN[n] or numbers */
	char protect_exe[PATH_MAX];  /* plain absolute paths */
	char protect_path[PATH_MAX]; /* likewise */
	char file[PATH_MAX];         /* that was read; "" : defaults alone */
	bool as_root;                /* the defaults are those of root's plugin */
};

enum config_type {
	CONFIG_DURATION,      /* `60`, `5m`, `1h`, in whole seconds */
	CONFIG_DURATION_MS,   /* the same, also `500ms`, in milliseconds */
	CONFIG_DURATION_LIST, /* a count, then ascending values; blanks between */
	CONFIG_NUMBER,
	CONFIG_SIZE, /* bytes; `64K`, `8M`, `1G` */
	CONFIG_MODE, /* octal; has all bits of min and none beyond max */
	CONFIG_PATH, /* absolute */
	CONFIG_PATH_OR_NONE,
	CONFIG_NAME,    /* of a user or group; empty where min is 0 */
	CONFIG_FAILURE, /* any, printk or panic: the kernel's failure mode */
	CONFIG_RISK,    /* low, medium or high */
	/* lists of texts; blanks between, may be empty */
	CONFIG_KEY_LIST,  /* of rules */
	CONFIG_TYPE_LIST, /* of records */
	CONFIG_PATH_LIST, /* absolute, as the kernel writes them */
	CONFIG_TYPES
};

struct config_row {
	const char *name;
	enum config_type type;
	size_t offset, size; /* of the member in struct config */
	/* of the value in the unit of the member; of a text, its bytes; the values of a
	 * list are multiples of min */
	uint64_t min, max;
	const char *fallback; /* default, as it would stand in the file */
	const char *help;     /* one sentence, for --settings and the man page */
	bool live;            /* a change holds without a restart */
};

/* What a reload found to be otherwise: names of settings, with ", " in between. */
struct config_changes {
	char now[512];     /* hold from now on; "" : none */
	char restart[512]; /* need a restart to hold */
};

extern const struct config_row config_rows[];
extern const size_t config_n_rows;

/** config_defaults - what holds without any file */
void config_defaults(struct config *c);

/**
 * config_parse - the settings in @text over the defaults
 * @c: written only when all is good
 * Return: 0, or -EINVAL with @e filled: unknown key, key given twice, bad value.
 */
int config_parse(struct config *c, const char *file, struct span text,
		 struct conf_error *e);

/**
 * config_load - read a settings file
 * @file: NULL: the installed place, whose absence means the defaults
 * Return: 0, or negative errno with @e filled.
 */
int config_load(struct config *c, const char *file, struct conf_error *e);

/**
 * config_reload - the settings in @text over those that run
 * @running: gets the new values of settings that are live, when all of @text is
 *           good; nothing otherwise
 * @changes: filled when all is good
 * Return: 0, or -EINVAL with @e filled.
 */
int config_reload(struct config *running, struct span text,
		  struct config_changes *changes, struct conf_error *e);

/** config_print - all settings with help, as a file that reads back the same */
void config_print(const struct config *c, int fd);

#endif
