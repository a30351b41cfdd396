/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule.c - one rule of the kernel's audit lists
 *
 * Pure. In a blob the texts of the fields lie one after the other behind the
 * header, in the order of the fields, each with its length as its field's value.
 */
#include "rules/rule.h"

#include <errno.h>
#include <stdlib.h>

bool rule_type_has_text(uint32_t type)
{
	switch (type) {
	case AUDIT_SUBJ_USER ... AUDIT_SUBJ_CLR:
	case AUDIT_OBJ_USER ... AUDIT_OBJ_LEV_HIGH:
	case AUDIT_WATCH:
	case AUDIT_DIR:
	case AUDIT_EXE:
	case AUDIT_FILTERKEY:
		return true;
	default:
		return false;
	}
}

static bool is_known_type(uint32_t type)
{
	return type <= AUDIT_FSTYPE ||
	       (type >= AUDIT_DEVMAJOR && type <= AUDIT_SADDR_FAM) ||
	       (type >= AUDIT_ARG0 && type <= AUDIT_ARG3) || type == AUDIT_FILTERKEY;
}

static bool is_known_op(uint32_t op)
{
	switch (op) {
	case AUDIT_EQUAL:
	case AUDIT_NOT_EQUAL:
	case AUDIT_LESS_THAN:
	case AUDIT_LESS_THAN_OR_EQUAL:
	case AUDIT_GREATER_THAN:
	case AUDIT_GREATER_THAN_OR_EQUAL:
	case AUDIT_BIT_MASK:
	case AUDIT_BIT_TEST:
		return true;
	default:
		return false;
	}
}

struct rule *rule_copy(const struct rule *from)
{
	size_t fields = from->n_fields * sizeof(*from->field), texts = 0;
	struct rule *rule;
	char *text;

	if (from->n_fields > AUDIT_MAX_FIELDS) {
		errno = EINVAL;
		return NULL;
	}
	for (size_t i = 0; i < from->n_fields; i++)
		texts += from->field[i].text.n;
	rule = malloc(sizeof(*rule) + fields + texts);
	if (!rule)
		return NULL;
	*rule = *from;
	rule->field = (struct rule_field *)(rule + 1);
	text = (char *)(rule + 1) + fields;
	for (size_t i = 0; i < from->n_fields; i++) {
		struct rule_field *f = &rule->field[i];

		*f = from->field[i];
		if (!f->text.p)
			continue;
		memcpy(text, f->text.p, f->text.n);
		f->text.p = text;
		f->value = (uint32_t)f->text.n;
		text += f->text.n;
	}
	return rule;
}

void rule_free(struct rule *rule)
{
	free(rule);
}

/* The first part that is not understood decides. */
static void call_strange(struct rule *rule, const char *reason)
{
	if (rule->state != RULE_KNOWN)
		return;
	rule->state = RULE_STRANGE;
	rule->reason = reason;
}

static void judge_head(struct rule *rule)
{
	if (rule->list >= RULE_LISTS)
		call_strange(rule, "is in a list that is not known here");
	if (rule->action > AUDIT_ALWAYS)
		call_strange(rule, "has an action that is not known here");
}

/* Return: false when the texts do not fit into @text. */
static bool read_fields(const struct audit_rule_data *head, struct span text,
			struct rule *rule)
{
	for (uint32_t i = 0; i < head->field_count; i++) {
		struct rule_field *f = &rule->field[i];

		*f = (struct rule_field){
			.type = head->fields[i],
			.op = head->fieldflags[i],
			.value = head->values[i],
		};
		if (!is_known_type(f->type))
			call_strange(rule, "has a field that is not known here");
		if (!is_known_op(f->op))
			call_strange(rule, "has an operator that is not known here");
		if (!rule_type_has_text(f->type))
			continue;
		if (f->value > text.n)
			return false;
		f->text = (struct span){text.p, f->value};
		text.p += f->value;
		text.n -= f->value;
	}
	/* a field of a later kernel may have one; whose it is cannot be told */
	if (text.n)
		call_strange(rule, "has text that belongs to no field known here");
	return true;
}

/* Return: NULL, or why the blob is no rule. */
static const char *read_blob(struct span blob, struct rule *rule)
{
	struct audit_rule_data head;
	uint32_t flags;

	if (blob.n >= sizeof(flags)) {
		memcpy(&flags, blob.p, sizeof(flags));
		flags &= ~AUDIT_FILTER_PREPEND;
		rule->list = flags < RULE_LISTS ? flags : RULE_LISTS;
	}
	if (blob.n < sizeof(head))
		return "is too short to be a rule";
	memcpy(&head, blob.p, sizeof(head));
	rule->action = head.action;
	memcpy(rule->mask, head.mask, sizeof(rule->mask));
	if (head.field_count > AUDIT_MAX_FIELDS)
		return "has more fields than there can be";
	if (head.buflen != blob.n - sizeof(head))
		return "is not as long as it says";
	judge_head(rule);
	rule->n_fields = head.field_count;
	if (!read_fields(&head, (struct span){blob.p + sizeof(head), head.buflen}, rule))
		return "has a field whose text is longer than the rule";
	return NULL;
}

int rule_from_blob(struct span blob, struct rule **out)
{
	struct rule_field field[AUDIT_MAX_FIELDS];
	struct rule rule = {.list = RULE_LISTS, .field = field};
	const char *broken = read_blob(blob, &rule);

	if (broken)
		rule = (struct rule){
			.list = rule.list, .state = RULE_BROKEN, .reason = broken};
	*out = rule_copy(&rule);
	if (!*out)
		return -ENOMEM;
	return broken ? -EBADMSG : 0;
}

ssize_t rule_to_blob(const struct rule *rule, void *out, size_t size)
{
	struct audit_rule_data head = {.flags = rule->list,
				       .action = rule->action,
				       .field_count = rule->n_fields};
	char *text = (char *)out + sizeof(head);

	if (rule->state != RULE_KNOWN || rule->n_fields > AUDIT_MAX_FIELDS)
		return -EINVAL;
	memcpy(head.mask, rule->mask, sizeof(head.mask));
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct rule_field *f = &rule->field[i];

		head.fields[i] = f->type;
		head.fieldflags[i] = f->op;
		head.values[i] = f->value;
		head.buflen += (uint32_t)f->text.n;
	}
	if (size < sizeof(head) || size - sizeof(head) < head.buflen)
		return -ENOSPC;
	memcpy(out, &head, sizeof(head));
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct span t = rule->field[i].text;

		if (t.n)
			memcpy(text, t.p, t.n);
		text += t.n;
	}
	return (ssize_t)(sizeof(head) + head.buflen);
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

int rule_compare_fields(const struct rule_field *a, const struct rule_field *b)
{
	int d = compare_numbers(a->type, b->type);

	if (!d)
		d = compare_numbers(a->op, b->op);
	if (!d)
		d = compare_numbers(a->value, b->value);
	if (!d && a->text.n == b->text.n && a->text.n)
		d = memcmp(a->text.p, b->text.p, a->text.n);
	return d;
}

int rule_compare(const struct rule *a, const struct rule *b)
{
	int d = compare_numbers(a->list, b->list);

	if (!d)
		d = compare_numbers(a->state, b->state);
	if (!d)
		d = compare_numbers(a->action, b->action);
	if (!d)
		d = compare_numbers(a->n_fields, b->n_fields);
	for (uint32_t i = 0; !d && i < a->n_fields; i++)
		d = rule_compare_fields(&a->field[i], &b->field[i]);
	return d ? d : memcmp(a->mask, b->mask, sizeof(a->mask));
}

const struct rule_field *rule_find(const struct rule *rule, uint32_t type)
{
	for (uint32_t i = 0; i < rule->n_fields; i++)
		if (rule->field[i].type == type)
			return &rule->field[i];
	return NULL;
}

bool rule_is_of_file(const struct rule *rule)
{
	const struct rule_field *inode = rule_find(rule, AUDIT_INODE);

	return rule_find(rule, AUDIT_WATCH) || (inode && inode->op == AUDIT_EQUAL);
}

struct span rule_keys(const struct rule *rule)
{
	const struct rule_field *f = rule_find(rule, AUDIT_FILTERKEY);

	return f ? f->text : (struct span){NULL, 0};
}

bool rule_next_key(struct span *keys, struct span *key)
{
	const char *end;

	while (keys->n && keys->p[0] == RULE_KEY_SEP) {
		keys->p++;
		keys->n--;
	}
	if (!keys->n)
		return false;
	end = memchr(keys->p, RULE_KEY_SEP, keys->n);
	*key = (struct span){keys->p, end ? (size_t)(end - keys->p) : keys->n};
	keys->p += key->n;
	keys->n -= key->n;
	return true;
}

bool rule_has_all_calls(const struct rule *rule)
{
	for (size_t i = 0; i < AUDIT_BITMASK_SIZE - 1; i++)
		if (rule->mask[i] != UINT32_MAX)
			return false;
	return true;
}

bool rule_compares(uint32_t left, uint32_t op, uint32_t right)
{
	switch (op) {
	case AUDIT_EQUAL:
		return left == right;
	case AUDIT_NOT_EQUAL:
		return left != right;
	case AUDIT_LESS_THAN:
		return left < right;
	case AUDIT_LESS_THAN_OR_EQUAL:
		return left <= right;
	case AUDIT_GREATER_THAN:
		return left > right;
	case AUDIT_GREATER_THAN_OR_EQUAL:
		return left >= right;
	case AUDIT_BIT_MASK:
		return left & right;
	case AUDIT_BIT_TEST:
		return (left & right) == right;
	default:
		return false;
	}
}

bool rule_is_asked_of_record(uint32_t type)
{
	switch (type) {
	case AUDIT_PID:
	case AUDIT_UID:
	case AUDIT_GID:
	case AUDIT_LOGINUID:
	case AUDIT_LOGINUID_SET:
	case AUDIT_MSGTYPE:
	case AUDIT_SUBJ_USER ... AUDIT_SUBJ_CLR:
	case AUDIT_EXE:
		return true;
	default:
		return false;
	}
}

bool rule_has_key(const struct rule *rule, const char *key)
{
	struct span keys = rule_keys(rule);
	size_t n = strlen(key);

	for (; keys.n >= n; keys.p++, keys.n--)
		if (memcmp(keys.p, key, n) == 0)
			return true;
	return false;
}
