/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flows.c - the identity of a flow, as the bytes of a name
 *
 * flow_name() and flow_read() are mirror images, field by field. What is not
 * in the name is not in the identity.
 */
#include "count/flows.h"

#define SYSTEM_ID_LAST \
	999 /* SYS_UID_MAX of login.defs(5) on every distribution in reach */

/* All of fixed size; written at once. */
struct flow_head {
	uint32_t arch, nr;
	int64_t uid, auid;
	int32_t error;
	uint8_t has_syscall, success, claimed, uid_class, auid_class, n_types, n_keys;
	uint8_t keys_joined; /* one text stands for all keys: they did not fit */
};

static enum id_class class_of(int64_t id)
{
	if (id == EVENT_ID_UNSET)
		return ID_CLASS_UNSET;
	if (id == 0)
		return ID_CLASS_ROOT;
	return id <= SYSTEM_ID_LAST ? ID_CLASS_SYSTEM : ID_CLASS_USER;
}

/* Return: true when it was the first value that is too many. */
static bool note_id(uint8_t *n, int32_t *seen, int64_t id)
{
	unsigned int i;

	if (id == EVENT_ID_ABSENT || *n > FLOW_IDS_MAX)
		return false;
	for (i = 0; i < *n; i++)
		if (seen[i] == (int32_t)id)
			return false;
	if (*n < FLOW_IDS_MAX)
		seen[*n] = (int32_t)id;
	return ++*n > FLOW_IDS_MAX;
}

bool flow_fold(struct flow_ids *ids, const struct event *e)
{
	bool uid = note_id(&ids->n_uid, ids->uid, e->uid);
	bool auid = note_id(&ids->n_auid, ids->auid, e->auid);

	return uid || auid;
}

static void fold(uint8_t n_seen, int64_t *id, uint8_t *id_class)
{
	if (n_seen <= FLOW_IDS_MAX || *id == EVENT_ID_ABSENT)
		return;
	*id_class = (uint8_t)class_of(*id);
	*id = EVENT_ID_ABSENT;
}

static struct flow_head head_of(const struct event *e, const struct flow_ids *ids)
{
	struct flow_head h;

	memset(&h, 0, sizeof(h)); /* padding is part of the name */
	h.arch = e->arch;
	h.nr = e->nr;
	h.uid = e->uid;
	h.auid = e->auid;
	h.error = e->success == EVENT_SUCCESS_NO ? e->error : 0;
	h.has_syscall = e->has_syscall;
	h.success = (uint8_t)e->success;
	h.claimed = e->claimed;
	h.n_types = (uint8_t)e->n_types;
	h.n_keys = (uint8_t)e->n_keys;
	if (ids) {
		fold(ids->n_uid, &h.uid, &h.uid_class);
		fold(ids->n_auid, &h.auid, &h.auid_class);
	}
	return h;
}

/* One hash for keys that are too many and too long to stand one by one. */
static void put_joined_keys(struct name_writer *w, const struct event *e,
			    const struct siphash_key *key)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < e->n_keys; i++)
		sum = siphash(key, &sum, sizeof(sum)) ^
		      siphash(key, e->keys[i].p, e->keys[i].n);
	name_put(w, &sum, sizeof(sum));
	name_put_text(w, e->keys[0], 0, key);
}

/* Which one it is says the hash; the text is what is shown. */
static void put_rule(struct name_writer *w, struct span rule,
		     const struct siphash_key *key, size_t max)
{
	struct attribution_read a;
	uint64_t which;
	uint8_t has_rule;

	if (!rule.p)
		return;
	which = flow_rule_id(rule, key);
	attribution_read(rule, &a);
	has_rule = a.kind == ATTRIBUTION_RULE;
	if (a.text.cut && a.text.text.n <= max) /* it stays marked as cut */
		max = a.text.text.n - 1;
	name_put(w, &which, sizeof(which));
	name_put(w, &has_rule, sizeof(has_rule));
	name_put(w, &a.list, sizeof(a.list));
	name_put_text(w, a.text.text, max, key);
}

static size_t put_flow(const struct event *e, struct flow_head *h, struct span rule,
		       const struct siphash_key *key, struct name_writer *w, size_t max)
{
	unsigned int i;

	w->n = 0;
	w->over = false;
	name_put(w, h, sizeof(*h));
	name_put(w, e->types, e->n_types * sizeof(e->types[0]));
	name_put_text(w, e->node, max, key);
	name_put_text(w, e->exe, max, key);
	name_put_text(w, e->subj_type, max, key);
	name_put_text(w, e->dir, max, key);
	if (h->keys_joined)
		put_joined_keys(w, e, key);
	else
		for (i = 0; i < e->n_keys; i++)
			name_put_text(w, e->keys[i], max, key);
	put_rule(w, rule, key, max);
	return w->over ? 0 : w->n;
}

size_t flow_name(const struct event *e, const struct flow_ids *ids, struct span rule,
		 const struct siphash_key *key, char name[FLOW_NAME_MAX])
{
	static const size_t max[] = {NAME_TEXT_MAX, 96, 32};
	struct name_writer w = {.out = name, .size = FLOW_NAME_MAX};
	struct flow_head h = head_of(e, ids);
	unsigned int i;
	size_t n = 0;

	for (i = 0; i < sizeof(max) / sizeof(max[0]) && !n; i++)
		n = put_flow(e, &h, rule, key, &w, max[i]);
	if (n)
		return n;
	h.keys_joined = 1;
	return put_flow(e, &h, rule, key, &w, 32);
}

void flow_read(struct span name, struct flow *f)
{
	struct name_reader r = {name.p, name.n};
	struct flow_head h;
	uint64_t sum;
	uint8_t has_rule;
	unsigned int i;

	name_get(&r, &h, sizeof(h));
	f->has_syscall = h.has_syscall;
	f->arch = h.arch;
	f->nr = h.nr;
	f->uid = h.uid;
	f->auid = h.auid;
	f->uid_class = (enum id_class)h.uid_class;
	f->auid_class = (enum id_class)h.auid_class;
	f->success = (enum event_success)h.success;
	f->error = h.error;
	f->claimed = h.claimed;
	f->n_types = h.n_types;
	name_get(&r, f->types, h.n_types * sizeof(f->types[0]));
	f->node = name_get_text(&r);
	f->exe = name_get_text(&r);
	f->subj_type = name_get_text(&r);
	f->dir = name_get_text(&r);
	f->n_keys = h.keys_joined ? 1 : h.n_keys;
	if (h.keys_joined)
		name_get(&r, &sum, sizeof(sum));
	for (i = 0; i < f->n_keys; i++)
		f->keys[i] = name_get_text(&r);
	name_get(&r, &f->rule_id, sizeof(f->rule_id));
	name_get(&r, &has_rule, sizeof(has_rule));
	name_get(&r, &f->list, sizeof(f->list));
	f->has_rule = has_rule;
	f->rule = name_get_text(&r);
}

static bool head_is_sane(const struct flow_head *h)
{
	return h->has_syscall <= 1 && h->success <= EVENT_SUCCESS_NO && h->claimed <= 1 &&
	       h->uid_class <= ID_CLASS_UNSET && h->auid_class <= ID_CLASS_UNSET &&
	       h->n_types <= EVENT_TYPES_MAX && h->n_keys <= EVENT_KEYS_MAX &&
	       h->keys_joined <= 1 && h->error >= 0;
}

bool flow_check(struct span name)
{
	struct name_reader r = {name.p, name.n};
	uint32_t types[EVENT_TYPES_MAX], list;
	uint8_t has_rule;
	struct flow_head h;
	unsigned int i, n;
	uint64_t sum;

	if (name.n > FLOW_NAME_MAX || !name_get(&r, &h, sizeof(h)) || !head_is_sane(&h) ||
	    !name_get(&r, types, h.n_types * sizeof(types[0])))
		return false;
	for (i = 0; i < 4; i++)
		if (!name_check_text(&r))
			return false;
	if (h.keys_joined && !name_get(&r, &sum, sizeof(sum)))
		return false;
	n = h.keys_joined ? 1 : h.n_keys;
	for (i = 0; i < n; i++)
		if (!name_check_text(&r))
			return false;
	if (!r.n) /* rules were not known */
		return true;
	return name_get(&r, &sum, sizeof(sum)) && name_get(&r, &has_rule, 1) &&
	       has_rule <= 1 && name_get(&r, &list, sizeof(list)) && list < RULE_LISTS &&
	       name_check_text(&r) && !r.n;
}
