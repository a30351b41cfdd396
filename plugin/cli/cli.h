/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli.h - the parts of aunoise
 *
 * aunoise trusts nothing that it is told: the daemon is a process that reads
 * attacker-chosen text all day. Every string that it prints is checked or
 * quoted first.
 */
#ifndef NOISE_CLI_H
#define NOISE_CLI_H

#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* CLI_HELPED: nothing more is to be done; the exit status is CLI_FINE. */
enum cli_exit {
	CLI_FINE = 0,
	CLI_TO_DO = 1,
	CLI_USAGE = 2,
	CLI_CANNOT = 3,
	CLI_HELPED = 4
};

/* A subcommand: argv[0] is its name. Return: enum cli_exit; of try also 128 and the
 * number of the signal that has ended it. */
int cli_status(int argc, char **argv);
int cli_report(int argc, char **argv);
int cli_losses(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_advise(int argc, char **argv);
int cli_try(int argc, char **argv);

/** cli_usage - the command's line of usage on stderr; Return: CLI_USAGE */
int cli_usage(const char *command);

/** cli_help - the same on stdout, for --help; Return: CLI_HELPED */
int cli_help(const char *command);

/**
 * cli_option - getopt_long(3) for --help, -h and @names
 * Says on stderr what is wrong; argv reaches it quoted.
 * Return: as getopt_long(3), '?' for all that is wrong.
 */
int cli_option(int argc, char **argv, const struct option *names);

#define CLI_SHOWN_SIZE 1100 /* 256 bytes, four characters each, and the quotes */

/**
 * cli_shown - a name from the command line or the environment, for a message
 * Bare when it is printable ASCII throughout, else as by text_quote().
 * @buffer: CLI_SHOWN_SIZE bytes. Return: @name or @buffer.
 */
const char *cli_shown(const char *name, char *buffer);

/* --- settings --- */

struct config;

#define CLI_SETTINGS_HINT "; or name another file with --settings"

/**
 * cli_settings - the plugin's settings
 * @file: NULL: the installed ones, and without these the defaults
 * @hint: said behind what is wrong with the installed ones
 * Return: CLI_FINE or CLI_CANNOT.
 */
int cli_settings(struct config *c, const char *file, const char *hint);

/* --- the daemon's socket --- */

struct cli_daemon;

/**
 * cli_connect - connect to the daemon
 * @path: NULL: the installed place
 * Says on stderr why it could not. Return: owned, or NULL.
 */
struct cli_daemon *cli_connect(const char *path);
void cli_disconnect(struct cli_daemon *d);

/**
 * cli_ask_standing - what stands, and a fresh summary
 * What stands comes between the first summary and the one that is asked for: then
 * cli_alerts() and cli_advice() have it.
 * @hello: owned, NULL also on failure; Return: owned, or NULL after saying why.
 */
json_t *cli_ask_standing(struct cli_daemon *d, json_t **hello);

/** cli_request - ask for summaries of this depth. Return: 0 or negative errno. */
int cli_request(struct cli_daemon *d, bool all_windows, unsigned int top);

/**
 * cli_wake - let cli_await() end when one of these can be read, too
 * It then says nothing, and errno is EINTR. @fd: @n of them, borrowed; three at most.
 */
void cli_wake(struct cli_daemon *d, const int *fd, size_t n);

/** cli_alerts - those that stand, of what has passed by so far; borrowed array */
const json_t *cli_alerts(const struct cli_daemon *d);

/** cli_advice - that stands, as the daemon has said by now; borrowed */
const json_t *cli_advice(const struct cli_daemon *d);

/**
 * cli_await - the next object of @type, others are passed over
 * Waits 10 s at most; says on stderr what is wrong. Return: owned, or NULL.
 */
json_t *cli_await(struct cli_daemon *d, const char *type);

/* --- rules --- */

struct cli_rules;
struct controls;
struct rule_files;
struct ruleset;

/**
 * cli_rules_load - the rules of a file, or of a directory as augenrules puts it together
 * Says on stderr what is wrong, each line that is not understood with its place.
 * Return: owned, with at least one rule; NULL after saying why.
 */
struct cli_rules *cli_rules_load(const char *name);
const struct ruleset *cli_rules_set(const struct cli_rules *r); /* NULL of NULL */
/* The same without those that the kernel refuses, since they are there already. */
const struct ruleset *cli_rules_loaded(const struct cli_rules *r);
const struct rule_files *cli_rules_files(const struct cli_rules *r); /* likewise */
/* Of the sample rule sets that are installed here. */
const struct controls *cli_rules_controls(const struct cli_rules *r);
bool cli_rules_is_dir(const struct cli_rules *r);
void cli_rules_free(struct cli_rules *r);

/* --- text --- */

/** print_windows - host, time, and the totals of all windows, a line each */
void print_windows(FILE *out, const json_t *summary);

/** print_lists - the lists of one window, under its name; @window: element of `windows`
 */
void print_lists(FILE *out, const json_t *window);

/** print_health - counters that are not 0, but for those that say how much was done */
void print_health(FILE *out, const json_t *summary);

/** print_word - text from a JSON value: bare where it is plain, quoted otherwise, `-` for
 * null */
void print_word(FILE *out, const json_t *value);

/**
 * print_sentence - text of the daemon's own making; each byte outside printable ASCII as
 * \\xNN, `-` for null
 */
void print_sentence(FILE *out, const json_t *value);

/** print_object - as a line of JSON, in ASCII and without a control byte */
void print_object(FILE *out, const json_t *object);

/** print_alerts - a line each */
void print_alerts(FILE *out, const json_t *alerts);

/** print_advice - its id, what is proposed or was done, why, how, and what it costs */
void print_advice(FILE *out, const json_t *advice);

/** print_advice_whole - with what it saves, its risk, and how it is tried */
void print_advice_whole(FILE *out, const json_t *advice);

/** print_is_window - can this be the name of a window? Says on stderr what one is. */
bool print_is_window(const char *name);

/**
 * print_find_window - the window that the user named: 60, 5m, 1h, all
 * Return: borrowed element of `windows`, or NULL after saying which there are.
 */
const json_t *print_find_window(const json_t *summary, const char *name);

#endif
