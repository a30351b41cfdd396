/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.c - the settings as a whole: defaults, reading a file, printing
 *
 * Works by the rows of config_table.c; but for the places of an ordinary user
 * nothing here tells one setting from another.
 * Invariant: the caller's struct is written only when all of a file is good,
 * and what config_print() writes reads back as the same settings.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "config_value.h"

#define NAME_BYTES 32 /* longer names are no misspelt ones of ours */

static const struct config_row *find_row(struct span name)
{
	for (size_t i = 0; i < config_n_rows; i++) {
		if (span_is(name, config_rows[i].name))
			return &config_rows[i];
	}
	return NULL;
}

/*
 * The places of somebody who is not root: the later row that can be used wins.
 * Never /tmp, where others could have put something under the name before.
 */
static const struct {
	const char *key, *variable, *tail;
} user_places[] = {
	{"socket", "HOME", "/.local/state/audisp-noise/socket"},
	{"socket", "XDG_RUNTIME_DIR", "/audisp-noise/socket"},
	{"summary_log", "HOME", "/.local/state/audisp-noise/summary.log"},
	{"state_file", "HOME", "/.local/state/audisp-noise/state"},
};

static void set_user_places(struct config *c)
{
	char path[PATH_MAX];
	struct conf_error e;

	for (size_t i = 0; i < sizeof(user_places) / sizeof(user_places[0]); i++) {
		const char *folder = secure_getenv(user_places[i].variable);
		struct config_setting s = {.file = user_places[i].variable, .e = &e};
		int n;

		if (!folder || *folder != '/')
			continue;
		n = snprintf(path, sizeof(path), "%s%s", folder, user_places[i].tail);
		if (n < 0 || (size_t)n >= sizeof(path))
			continue;
		s.row = find_row(span_of(user_places[i].key));
		s.value = span_of(path);
		/* a folder that the file could not name either is passed over */
		if (s.row)
			(void)config_value_set(&s, c);
	}
}

static void set_defaults(struct config *c, bool as_root)
{
	struct conf_error e;

	memset(c, 0, sizeof(*c));
	c->as_root = as_root;
	for (size_t i = 0; i < config_n_rows; i++) {
		struct config_setting s = {.row = &config_rows[i], .file = "", .e = &e};

		/* the table's own text, which a test holds good */
		s.value = span_of(config_rows[i].fallback);
		(void)config_value_set(&s, c);
	}
	if (!as_root)
		set_user_places(c);
}

void config_defaults(struct config *c)
{
	set_defaults(c, geteuid() == 0);
}

static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' ? '_' : c;
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/*
 * Bytes to insert, delete or change; both at most NAME_BYTES long. row[j] is
 * the distance from the bytes of @a gone through to the first j of @b.
 */
static unsigned int edit_distance(struct span a, struct span b)
{
	unsigned int row[NAME_BYTES + 1];

	for (unsigned int j = 0; j <= b.n; j++)
		row[j] = j;
	for (unsigned int i = 1; i <= a.n; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (unsigned int j = 1; j <= b.n; j++) {
			unsigned int same = fold(a.p[i - 1]) == fold(b.p[j - 1]) ? 0 : 1;
			unsigned int next =
				min3(row[j] + 1, row[j - 1] + 1, diagonal + same);

			diagonal = row[j];
			row[j] = next;
		}
	}
	return row[b.n];
}

/* The setting that @name was probably meant to be, or NULL. */
static const char *nearest_name(struct span name)
{
	const char *nearest = NULL;
	unsigned int least = NAME_BYTES;

	if (name.n > NAME_BYTES)
		return NULL;
	for (size_t i = 0; i < config_n_rows; i++) {
		struct span known = span_of(config_rows[i].name);
		unsigned int allowed = 1 + (unsigned int)known.n / 6;
		unsigned int distance;

		if (known.n > NAME_BYTES)
			continue;
		distance = edit_distance(name, known);
		if (distance > allowed || distance >= least)
			continue;
		least = distance;
		nearest = config_rows[i].name;
	}
	return nearest;
}

/* A file being read: the values so far, and the line of each key. */
struct reading {
	struct config c;
	unsigned int line[CONFIG_ROWS_MAX]; /* 0: not given */
};

static int refuse_unknown(const char *file, unsigned int line, struct span name,
			  struct conf_error *e)
{
	const char *nearest = nearest_name(name);

	if (nearest)
		return conf_error_set(e, file, line, name,
				      "is no setting; did you mean %s?", nearest);
	return conf_error_set(e, file, line, name,
			      "is no setting; audisp-noise.conf(5) lists them all");
}

static int take_setting(void *arg, const char *file, unsigned int line, struct span name,
			struct span value, struct conf_error *e)
{
	struct config_setting s = {.value = value, .file = file, .line = line, .e = e};
	struct reading *r = arg;
	unsigned int *seen;

	s.row = find_row(name);
	if (!s.row)
		return refuse_unknown(file, line, name, e);
	seen = &r->line[s.row - config_rows];
	if (*seen)
		return conf_error_set(e, file, line, name,
				      "is given twice, first in line %u; keep one",
				      *seen);
	*seen = line;
	return config_value_set(&s, &r->c);
}

/* @a is @b, or a name that rotation gives to @b's older files. */
static bool is_same_file(const char *a, const char *b)
{
	size_t n = strlen(b);

	if (!n || strncmp(a, b, n) != 0)
		return false;
	if (!a[n])
		return true;
	return a[n] == '.' && a[n + 1] &&
	       strspn(a + n + 1, "0123456789") == strlen(a + n + 1);
}

/* Report what is wrong with two settings together, in the later one's line. */
static int refuse_both(const struct reading *r, const char *name, const char *other,
		       const char *because, const char *remedy, struct conf_error *e)
{
	unsigned int a = r->line[find_row(span_of(name)) - config_rows];
	unsigned int b = r->line[find_row(span_of(other)) - config_rows];

	return conf_error_set(e, r->c.file, a > b ? a : b, span_of(a > b ? name : other),
			      "%s%s%s", because, a > b ? other : name, remedy);
}

static int check_together(const struct reading *r, struct conf_error *e)
{
	const struct {
		const char *name, *path;
	} files[] = {{"socket", r->c.socket},
		     {"summary_log", r->c.summary_log},
		     {"state_file", r->c.state_file}};
	size_t i, k;

	for (i = 0; i < 3; i++)
		for (k = 0; k < 3; k++)
			if (i != k && is_same_file(files[i].path, files[k].path))
				return refuse_both(r, files[i].name, files[k].name,
						   "would overwrite the file of ",
						   "; give each a path of its own", e);
	if (r->c.backlog_warn > r->c.backlog_critical)
		return refuse_both(r, "backlog_warn", "backlog_critical", "does not fit ",
				   ": backlog_critical is to be the larger one", e);
	return 0;
}

/* The settings in @text over the defaults that stand in @r. */
static int read_over(struct reading *r, const char *file, struct span text,
		     struct conf_error *e)
{
	int rc;

	snprintf(r->c.file, sizeof(r->c.file), "%s", file);
	rc = conf_file_parse(file, text, take_setting, r, e);
	return rc ? rc : check_together(r, e);
}

int config_parse(struct config *c, const char *file, struct span text,
		 struct conf_error *e)
{
	struct reading r = {0};
	int rc;

	config_defaults(&r.c);
	rc = read_over(&r, file, text, e);
	if (!rc)
		*c = r.c;
	return rc;
}

static bool differs(const struct config_row *row, const struct config *a,
		    const struct config *b)
{
	char x[PATH_MAX], y[PATH_MAX];

	config_value_print(row, a, x, sizeof(x));
	config_value_print(row, b, y, sizeof(y));
	return strcmp(x, y) != 0;
}

static void add_name(char *names, size_t size, const char *name)
{
	size_t n = strlen(names);

	snprintf(names + n, size - n, "%s%s", n ? ", " : "", name);
}

int config_reload(struct config *running, struct span text,
		  struct config_changes *changes, struct conf_error *e)
{
	struct reading r = {0};
	int rc;

	/* who we were when we started decides, not who we have become */
	set_defaults(&r.c, running->as_root);
	rc = read_over(&r, running->file[0] ? running->file : SETTINGS_FILE, text, e);
	if (rc)
		return rc;
	memset(changes, 0, sizeof(*changes));
	for (size_t i = 0; i < config_n_rows; i++) {
		const struct config_row *row = &config_rows[i];

		if (!differs(row, running, &r.c))
			continue;
		if (!row->live) {
			add_name(changes->restart, sizeof(changes->restart), row->name);
			continue;
		}
		memcpy((char *)running + row->offset, (char *)&r.c + row->offset,
		       row->size);
		add_name(changes->now, sizeof(changes->now), row->name);
	}
	return 0;
}

/*
 * Whether the installed file counts as absent: there is none, or this is not
 * root, who alone can look into auditd's folder of mode 0750.
 */
static bool is_absent(int rc)
{
	return rc == -ENOENT || (rc == -EACCES && geteuid() != 0);
}

int config_load(struct config *c, const char *file, struct conf_error *e)
{
	const char *name = file ? file : SETTINGS_FILE;
	char *text = NULL;
	size_t n = 0;
	int rc = conf_file_load(name, geteuid(), &text, &n, e);

	if (rc && !file && is_absent(rc)) {
		memset(e, 0, sizeof(*e));
		config_defaults(c);
		return 0;
	}
	if (!rc)
		rc = config_parse(c, name, (struct span){text, n}, e);
	free(text);
	return rc;
}

void config_print(const struct config *c, int fd)
{
	char value[PATH_MAX], fallback[PATH_MAX], quoted[256];
	struct config defaults;

	set_defaults(&defaults, c->as_root);
	if (*c->file)
		dprintf(fd, "# Settings of audisp-noise, as read from %s\n",
			text_quote(span_of(c->file), quoted, sizeof(quoted)));
	else
		dprintf(fd, "# Settings of audisp-noise, all at their defaults\n");
	for (size_t i = 0; i < config_n_rows; i++) {
		const struct config_row *row = &config_rows[i];

		config_value_print(row, c, value, sizeof(value));
		config_value_print(row, &defaults, fallback, sizeof(fallback));
		dprintf(fd, "\n# %s\n# Default: %s\n%s =%s%s\n", row->help,
			*fallback ? fallback : "empty", row->name, *value ? " " : "",
			value);
	}
}
