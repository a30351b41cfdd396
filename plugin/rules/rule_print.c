/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_print.c - a rule as `auditctl -l` writes it
 *
 * Pure. Whether the text can be loaded is not reasoned about but tried: it is read
 * again, and must give the same rule.
 */
#include "rules/rule_text.h"

#include <errno.h>
#include <libaudit.h>
#include <limits.h>

#include "base/text.h"
#include "rules/calls.h"
#include "rules/field.h"
#include "rules/words.h"

/* Would -w keep such a path as it is? It takes slashes off the end. */
static bool is_watch_path(struct span path)
{
	return path.n && path.p[0] == '/' && (path.n == 1 || path.p[path.n - 1] != '/');
}

/* Would -w make it: path or dir, perm, then at most a key, of all calls? */
static bool is_watch(const struct rule *r)
{
	const struct rule_field *f = r->field;

	if (r->list != AUDIT_FILTER_EXIT || r->action != AUDIT_ALWAYS ||
	    r->n_fields < 2 || r->n_fields > 3 || !rule_has_all_calls(r))
		return false;
	for (uint32_t i = 0; i < r->n_fields; i++)
		if (f[i].op != AUDIT_EQUAL)
			return false;
	return (f[0].type == AUDIT_WATCH || f[0].type == AUDIT_DIR) &&
	       is_watch_path(f[0].text) && f[1].type == AUDIT_PERM &&
	       (r->n_fields == 2 || f[2].type == AUDIT_FILTERKEY);
}

static void print_watch(struct field_out *out, const struct rule *r)
{
	struct span keys = rule_keys(r), key;

	field_put(out, span_of("-w "));
	field_put(out, r->field[0].text);
	field_put(out, span_of(" -p "));
	field_print_perm(out, r->field[1].value);
	while (rule_next_key(&keys, &key)) {
		field_put(out, span_of(" -k "));
		field_put(out, key);
	}
}

const char *rule_list_name(uint32_t list)
{
	static const char *const names[RULE_LISTS] = {
		[AUDIT_FILTER_USER] = "user",     [AUDIT_FILTER_TASK] = "task",
		[AUDIT_FILTER_ENTRY] = "entry",   [AUDIT_FILTER_WATCH] = "watch",
		[AUDIT_FILTER_EXIT] = "exit",     [AUDIT_FILTER_EXCLUDE] = "exclude",
		[AUDIT_FILTER_FS] = "filesystem", [AUDIT_FILTER_URING_EXIT] = "io_uring",
	};

	return list < RULE_LISTS ? names[list] : "?";
}

static const char *action_name(uint32_t action)
{
	static const char *const names[] = {"never", "possible", "always"};

	return action <= AUDIT_ALWAYS ? names[action] : "?";
}

/* Return: the last arch of the rule, 0: it has none. */
static uint32_t print_arch(struct field_out *out, const struct rule *r, int machine)
{
	uint32_t arch = 0;

	for (uint32_t i = 0; i < r->n_fields; i++) {
		const struct rule_field *f = &r->field[i];
		const char *name;

		if (f->type != AUDIT_ARCH)
			continue;
		arch = f->value;
		name = calls_arch_name(arch, machine);
		field_printf(out, " -F arch%s", f->op == AUDIT_NOT_EQUAL ? "!=" : "=");
		if (name)
			field_put(out, span_of(name));
		else
			field_printf(out, "0x%X", arch);
	}
	return arch;
}

static void print_calls(struct field_out *out, const struct rule *r, int machine)
{
	bool uring = r->list == AUDIT_FILTER_URING_EXIT;
	const char *before = " -S ";

	if (r->list == AUDIT_FILTER_USER || r->list == AUDIT_FILTER_TASK ||
	    r->list == AUDIT_FILTER_EXCLUDE || r->list == AUDIT_FILTER_FS)
		return;
	if (rule_has_all_calls(r)) {
		field_put(out, span_of(" -S all"));
		return;
	}
	for (unsigned int nr = 0; nr < AUDIT_BITMASK_SIZE * 32; nr++) {
		const char *name;

		if (!rule_has_call(r, nr))
			continue;
		name = calls_name(nr, machine, uring);
		field_put(out, span_of(before));
		if (name)
			field_put(out, span_of(name));
		else
			field_printf(out, "%u", nr);
		before = ",";
	}
}

static void print_rule(struct field_out *out, const struct rule *r, int machine)
{
	uint32_t arch;

	field_printf(out, "-a %s,%s", action_name(r->action), rule_list_name(r->list));
	arch = print_arch(out, r, machine);
	print_calls(out, r, calls_machine(arch, machine));
	for (uint32_t i = 0; i < r->n_fields; i++)
		if (r->field[i].type != AUDIT_ARCH)
			field_print(out, &r->field[i]);
}

size_t rule_print(const struct rule *rule, int machine, char *out, size_t size)
{
	struct field_out o = {.p = out, .size = size};

	if (rule->state == RULE_BROKEN) {
		field_put(&o, span_of("a rule that "));
		field_put(&o, span_of(rule->reason));
	} else if (is_watch(rule)) {
		print_watch(&o, rule);
	} else {
		print_rule(&o, rule, machine);
	}
	if (size)
		out[o.n < size ? o.n : size - 1] = '\0';
	return o.n;
}

/* --- can it be loaded? --- */

static bool was_dir(void *arg, const char *path)
{
	const struct rule *rule = arg;

	(void)path;
	return rule_find(rule, AUDIT_DIR) != NULL;
}

static const char *judge_text(struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < ' ' || c == 0x7f)
			return "a path or key has a control character";
		if (c == ' ' || c == '"' || c == '\'' || c == '\\')
			return "a path or key has a blank, quote or backslash";
	}
	return NULL;
}

static const char *judge_texts(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		struct span keys = rule->field[i].text, key;
		const char *reason = NULL;

		if (rule->field[i].type != AUDIT_FILTERKEY)
			reason = judge_text(keys);
		else
			while (!reason && rule_next_key(&keys, &key))
				reason = judge_text(key);
		if (reason)
			return reason;
	}
	return NULL;
}

const char *rule_unloadable(const struct rule *rule, int machine, struct span text)
{
	const struct rule_world world = {
		.machine = machine, .is_dir = was_dir, .arg = (void *)rule};
	struct rule_line line;
	const char *reason;
	int rc;

	if (rule->state != RULE_KNOWN)
		return rule->reason;
	reason = judge_texts(rule);
	if (reason)
		return reason;
	if (text.n > WORDS_LINE_MAX)
		return "it is longer than a line may be";
	rc = rule_parse(text, &world, &line);
	if (rc == -ENOMEM)
		return "out of memory";
	if (rc < 0)
		return "auditctl refuses its text";
	if (!rule_equal(line.rule, rule))
		reason = "auditctl makes another rule of its text";
	rule_free(line.rule);
	return reason;
}
