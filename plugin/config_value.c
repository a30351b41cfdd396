/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config_value.c - how each type of setting is written
 *
 * Reads and prints values by the type and range of their row; no setting is
 * known by its name here. Every refusal quotes the value and says what would
 * be right.
 * Invariant: a value is stored only after its row's checks, and what is
 * printed of a stored value reads back as the same value.
 */
#include "config_value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "advise/guard.h"
#include "base/text.h"
#include "config_item.h"

#define QUOTE_BYTES 72 /* of a value shown in a message */

/* What a type's values are called, how they are written, read and printed. */
struct type_ops {
	const char *noun, *form;
	int (*set)(const struct config_setting *s, char *member);
	void (*print)(const struct config_row *row, const char *member, char *out,
		      size_t size);
};

struct unit {
	const char *suffix; /* NULL ends a table */
	uint64_t factor;
	uint64_t print_from; /* values below are printed in a smaller unit */
};

/* From large to small. Durations are in milliseconds until they are stored. */
static const struct unit duration_units[] = {
	{"h", 3600000, 3600000}, {"m", 60000, 120000}, {"", 1000, 0}, {"ms", 1, 0}, {0}};
static const struct unit size_units[] = {{"T", UINT64_C(1) << 40, UINT64_C(1) << 40},
					 {"G", UINT64_C(1) << 30, UINT64_C(1) << 30},
					 {"M", UINT64_C(1) << 20, UINT64_C(1) << 20},
					 {"K", UINT64_C(1) << 10, UINT64_C(1) << 10},
					 {"", 1, 0},
					 {0}};
static const struct unit no_units[] = {{"", 1, 0}, {0}};

static const struct type_ops types[CONFIG_TYPES];

/* `interval: "90x" REASON`, where @value is the whole value or one of a list. */
static int refuse(const struct config_setting *s, struct span value, const char *reason)
{
	char quoted[QUOTE_BYTES];

	return conf_error_set(s->e, s->file, s->line, span_of(s->row->name), "%s %s",
			      text_quote(value, quoted, sizeof(quoted)), reason);
}

static int refuse_form(const struct config_setting *s, struct span value)
{
	const struct type_ops *type = &types[s->row->type];
	char reason[160];

	snprintf(reason, sizeof(reason), "is no %s; write %s", type->noun, type->form);
	return refuse(s, value, reason);
}

/*
 * Digits with a suffix of @units. What 64 bits cannot hold becomes the largest
 * value, which no range allows.
 */
static bool parse_scaled(struct span s, const struct unit *units, uint64_t *value)
{
	struct span digits = s, suffix = s;

	while (suffix.n && *suffix.p >= '0' && *suffix.p <= '9') {
		suffix.p++;
		suffix.n--;
	}
	digits.n -= suffix.n;
	if (!digits.n)
		return false;
	while (units->suffix && !span_is(suffix, units->suffix))
		units++;
	if (!units->suffix)
		return false;
	if (text_u64(digits, UINT64_MAX / units->factor, value))
		*value *= units->factor;
	else
		*value = UINT64_MAX;
	return true;
}

static void print_scaled(uint64_t value, const struct unit *units, char *out, size_t size)
{
	while (value % units->factor || value < units->print_from)
		units++;
	snprintf(out, size, "%" PRIu64 "%s", value / units->factor, units->suffix);
}

/* One value of a numeric type as it would stand in the file. */
static void print_value(enum config_type type, uint64_t value, char *out, size_t size)
{
	if (type == CONFIG_DURATION || type == CONFIG_DURATION_LIST)
		print_scaled(value * 1000, duration_units, out, size);
	else if (type == CONFIG_DURATION_MS)
		print_scaled(value, duration_units, out, size);
	else if (type == CONFIG_SIZE)
		print_scaled(value, size_units, out, size);
	else if (type == CONFIG_MODE)
		snprintf(out, size, "%04" PRIo64, value);
	else
		snprintf(out, size, "%" PRIu64, value);
}

static int refuse_range(const struct config_setting *s, struct span value)
{
	const struct config_row *row = s->row;
	char min[32], max[32], reason[128];

	print_value(row->type, row->min, min, sizeof(min));
	print_value(row->type, row->max, max, sizeof(max));
	snprintf(reason, sizeof(reason), "is out of range; write %s to %s%s", min, max,
		 row->type == CONFIG_MODE ? ", of read and write bits alone" : "");
	return refuse(s, value, reason);
}

static int check_range(const struct config_setting *s, struct span text, uint64_t value)
{
	if (value < s->row->min || value > s->row->max)
		return refuse_range(s, text);
	return 0;
}

/* The row's max fits its member, so nothing is cut off here. */
static void store(const struct config_row *row, char *member, uint64_t value)
{
	uint32_t narrow = (uint32_t)value;

	if (row->size == sizeof(value))
		memcpy(member, &value, sizeof(value));
	else
		memcpy(member, &narrow, sizeof(narrow));
}

static uint64_t load(const struct config_row *row, const char *member)
{
	uint64_t wide;
	uint32_t narrow;

	if (row->size == sizeof(wide)) {
		memcpy(&wide, member, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, member, sizeof(narrow));
	return narrow;
}

static void print_number(const struct config_row *row, const char *member, char *out,
			 size_t size)
{
	print_value(row->type, load(row, member), out, size);
}

static int set_scaled(const struct config_setting *s, char *member,
		      const struct unit *units)
{
	uint64_t value;
	int rc;

	if (!parse_scaled(s->value, units, &value))
		return refuse_form(s, s->value);
	rc = check_range(s, s->value, value);
	if (!rc)
		store(s->row, member, value);
	return rc;
}

static int set_number(const struct config_setting *s, char *member)
{
	return set_scaled(s, member, no_units);
}

static int set_milliseconds(const struct config_setting *s, char *member)
{
	return set_scaled(s, member, duration_units);
}

static int set_size(const struct config_setting *s, char *member)
{
	return set_scaled(s, member, size_units);
}

static int parse_seconds(const struct config_setting *s, struct span text,
			 uint64_t *value)
{
	if (!parse_scaled(text, duration_units, value))
		return refuse_form(s, text);
	if (check_range(s, text, *value / 1000))
		return -EINVAL;
	if (*value % 1000)
		return refuse(s, text, "is no whole number of seconds; write one");
	*value /= 1000;
	return 0;
}

static int set_duration(const struct config_setting *s, char *member)
{
	uint64_t value;
	int rc = parse_seconds(s, s->value, &value);

	if (!rc)
		store(s->row, member, value);
	return rc;
}

/* One more value of a list, whose last one is @last (0: none). */
static int parse_listed(const struct config_setting *s, struct span word,
			unsigned int last, uint64_t *value)
{
	char reason[96], step[32];
	int rc = parse_seconds(s, word, value);

	if (rc)
		return rc;
	if (*value % s->row->min) {
		print_value(s->row->type, s->row->min, step, sizeof(step));
		snprintf(reason, sizeof(reason),
			 "is no multiple of %s seconds; write one", step);
		return refuse(s, word, reason);
	}
	if (*value <= last)
		return refuse(
			s, word,
			"is not above the one before it; write them from short to long, "
			"each once");
	return 0;
}

static int set_list(const struct config_setting *s, char *member)
{
	unsigned int list[1 + CONFIG_WINDOWS_MAX] = {0}; /* the count, then the values */
	const unsigned int most = CONFIG_WINDOWS_MAX;
	struct span rest = s->value, word;
	uint64_t value = 0;

	for (word = text_word(&rest); word.n; word = text_word(&rest)) {
		char reason[64];
		int rc;

		if (list[0] == most) {
			snprintf(reason, sizeof(reason),
				 "is one too many; write at most %u", most);
			return refuse(s, word, reason);
		}
		rc = parse_listed(s, word, (unsigned int)value, &value);
		if (rc)
			return rc;
		list[++list[0]] = (unsigned int)value;
	}
	memcpy(member, list, sizeof(list));
	return 0;
}

static void print_list(const struct config_row *row, const char *member, char *out,
		       size_t size)
{
	unsigned int list[1 + CONFIG_WINDOWS_MAX];
	size_t used = 0;

	memcpy(list, member, sizeof(list));
	out[0] = '\0';
	for (unsigned int i = 1; i <= list[0] && i <= CONFIG_WINDOWS_MAX; i++) {
		char one[32];

		print_value(row->type, list[i], one, sizeof(one));
		snprintf(out + used, size - used, "%s%s", i > 1 ? " " : "", one);
		used += strlen(out + used);
	}
}

static int set_mode(const struct config_setting *s, char *member)
{
	const struct config_row *row = s->row;
	uint64_t value = 0;

	if (s->value.n > 5) /* 00660 */
		return refuse_form(s, s->value);
	for (size_t i = 0; i < s->value.n; i++) {
		if (s->value.p[i] < '0' || s->value.p[i] > '7')
			return refuse_form(s, s->value);
		value = value * 8 + (uint64_t)(s->value.p[i] - '0');
	}
	if ((value & row->min) != row->min || (value & ~row->max))
		return refuse_range(s, s->value);
	store(row, member, value);
	return 0;
}

/* Copies a text that the type has found good; its length is checked here. */
static int set_text(const struct config_setting *s, char *member)
{
	const struct config_row *row = s->row;
	char reason[96];

	if (s->value.n < row->min || s->value.n > row->max) {
		snprintf(reason, sizeof(reason),
			 "is %zu bytes long; write %" PRIu64 " to %" PRIu64, s->value.n,
			 row->min, row->max);
		return refuse(s, s->value, reason);
	}
	memset(member, 0, row->size);
	if (s->value.n)
		memcpy(member, s->value.p, s->value.n);
	return 0;
}

static bool has_dot_dot(struct span path)
{
	for (size_t i = 0; i + 2 < path.n; i++) {
		bool ends = i + 3 == path.n || path.p[i + 3] == '/';

		if (ends && memcmp(path.p + i, "/..", 3) == 0)
			return true;
	}
	return false;
}

static int set_path(const struct config_setting *s, char *member)
{
	struct span path = s->value;

	if (path.p[0] != '/')
		return refuse_form(s, path);
	if (path.p[path.n - 1] == '/')
		return refuse(s, path,
			      "names a directory; write the name of a file in it");
	if (has_dot_dot(path))
		return refuse(s, path, "holds \"..\"; write the path without it");
	for (size_t i = 0; i < path.n; i++) {
		if ((unsigned char)path.p[i] < ' ' || path.p[i] == 0x7f)
			return refuse(s, path,
				      "holds a control character; write a path without");
	}
	return set_text(s, member);
}

static int set_path_or_none(const struct config_setting *s, char *member)
{
	if (!span_is(s->value, "none"))
		return set_path(s, member);
	memset(member, 0, s->row->size);
	return 0;
}

static void print_text(const struct config_row *row, const char *member, char *out,
		       size_t size)
{
	bool none = row->type == CONFIG_PATH_OR_NONE && !*member;

	snprintf(out, size, "%s", none ? "none" : member);
}

static bool is_name_byte(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
		return true;
	return (c >= '0' && c <= '9') || (!first && (c == '-' || c == '.'));
}

static int set_name(const struct config_setting *s, char *member)
{
	for (size_t i = 0; i < s->value.n; i++) {
		if (!is_name_byte(s->value.p[i], i == 0))
			return refuse_form(s, s->value);
	}
	return set_text(s, member);
}

/* Each at the place that is its number for auditctl -f; 0 (silent) is nobody's wish. */
static const char *const failures[] = {"any", "printk", "panic"};
static const char *const risks[GUARD_LEVELS] = {
	[GUARD_LOW] = "low", [GUARD_MEDIUM] = "medium", [GUARD_HIGH] = "high"};

static const char *const *words_of(const struct config_row *row)
{
	return row->type == CONFIG_RISK ? risks : failures;
}

/* One of a few words, stored as its place among them. */
static int set_word(const struct config_setting *s, char *member)
{
	for (uint64_t i = 0; i <= s->row->max; i++)
		if (span_is(s->value, words_of(s->row)[i])) {
			store(s->row, member, i);
			return 0;
		}
	return refuse_form(s, s->value);
}

static void print_word(const struct config_row *row, const char *member, char *out,
		       size_t size)
{
	snprintf(out, size, "%s", words_of(row)[load(row, member)]);
}

/* Kept as they are printed, with one blank between two. */
static int set_items(const struct config_setting *s, char *member)
{
	const struct config_row *row = s->row;
	char list[PATH_MAX] = "", reason[64];
	struct span rest = s->value, item;
	size_t used = 0, n = 0;

	for (item = text_word(&rest); item.n; item = text_word(&rest)) {
		const char *fault = config_item_fault(row->type, item);

		if (fault)
			return refuse(s, item, fault);
		if (n++ == CONFIG_ITEMS_MAX || used + !!used + item.n > row->max) {
			snprintf(reason, sizeof(reason),
				 "is too much; write at most %d, in %" PRIu64 " bytes",
				 CONFIG_ITEMS_MAX, row->max);
			return refuse(s, item, reason);
		}
		if (used)
			list[used++] = ' ';
		memcpy(list + used, item.p, item.n);
		used += item.n;
	}
	memcpy(member, list, row->size);
	return 0;
}

static const struct type_ops types[CONFIG_TYPES] = {
	[CONFIG_DURATION] = {"duration", "seconds or 60, 5m, 1h", set_duration,
			     print_number},
	[CONFIG_DURATION_MS] = {"duration", "seconds or 500ms, 5m, 1h", set_milliseconds,
				print_number},
	[CONFIG_DURATION_LIST] = {"duration",
				  "seconds or 60, 5m, 1h, with blanks between them",
				  set_list, print_list},
	[CONFIG_NUMBER] = {"number", "a whole number in decimal digits", set_number,
			   print_number},
	[CONFIG_SIZE] = {"size", "bytes or 64K, 8M, 1G", set_size, print_number},
	[CONFIG_MODE] = {"octal mode", "one such as 0660", set_mode, print_number},
	[CONFIG_PATH] = {"absolute path", "one that begins with /, without quotes",
			 set_path, print_text},
	[CONFIG_PATH_OR_NONE] = {"absolute path",
				 "one that begins with /, without quotes, or none",
				 set_path_or_none, print_text},
	[CONFIG_NAME] = {"name", "letters, digits, _, - and . alone", set_name,
			 print_text},
	[CONFIG_FAILURE] = {"failure mode", "any, printk or panic", set_word, print_word},
	[CONFIG_RISK] = {"risk", "low, medium or high", set_word, print_word},
	[CONFIG_KEY_LIST] = {"key", "", set_items, print_text},
	[CONFIG_TYPE_LIST] = {"record type", "", set_items, print_text},
	[CONFIG_PATH_LIST] = {"path", "", set_items, print_text},
};

/* A `#` where a comment would begin; a value of ours never needs one there. */
static bool has_comment(struct span value)
{
	for (size_t i = 0; i < value.n; i++) {
		bool begins = i == 0 || value.p[i - 1] == ' ' || value.p[i - 1] == '\t';

		if (begins && value.p[i] == '#')
			return true;
	}
	return false;
}

static bool may_be_empty(const struct config_row *row)
{
	return !row->min &&
	       (row->type == CONFIG_NAME || types[row->type].set == set_items);
}

int config_value_set(const struct config_setting *s, struct config *c)
{
	const struct config_row *row = s->row;

	if (has_comment(s->value))
		return refuse(
			s, s->value,
			"has a comment behind the value; comments stand on lines of "
			"their own");
	if (!s->value.n && !may_be_empty(row))
		return conf_error_set(s->e, s->file, s->line, span_of(row->name),
				      "has no value; write %s", types[row->type].form);
	return types[row->type].set(s, (char *)c + row->offset);
}

void config_value_print(const struct config_row *row, const struct config *c, char *out,
			size_t size)
{
	types[row->type].print(row, (const char *)c + row->offset, out, size);
}
