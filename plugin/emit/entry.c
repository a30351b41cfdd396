/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry.c - what an entry of a list is called, in JSON
 *
 * Numbers of types, system calls, architectures and errors get libaudit's
 * names; what libaudit does not know keeps its number. Foreign text goes
 * through schema_set_text() alone.
 */
#include "emit/entry.h"

#include <libaudit.h>
#include <stdio.h>

#include "count/attribution.h"
#include "count/tally_aux.h"
#include "emit/schema.h"
#include "rules/rule_text.h"

static const char *const list_names[TALLY_LISTS] = {
	[TALLY_TYPES] = "types",       [TALLY_KEYS] = "keys",
	[TALLY_RULES] = "rules",       [TALLY_FLOWS] = "flows",
	[TALLY_EXES] = "exes",         [TALLY_SYSCALLS] = "syscalls",
	[TALLY_ACCOUNTS] = "accounts",
};

const char *entry_list_name(enum tally_list list)
{
	return list_names[list];
}

static void set(json_t *o, const char *name, json_t *value)
{
	/* a value that could not be made leaves the member out: the schema check tells */
	json_object_set_new(o, name, value);
}

static void set_text(json_t *o, const char *name, struct name_text t)
{
	if (schema_set_text(o, name, t.text, t.cut) < 0)
		set(o, name, json_null());
}

static json_t *type_name(uint32_t type)
{
	const char *name = audit_msg_type_to_name((int)type);
	char number[24];

	if (record_type_is_unknown(type))
		return json_string("UNKNOWN");
	if (name)
		return json_string(name);
	snprintf(number, sizeof(number), "UNKNOWN[%u]", type);
	return json_string(number);
}

static void name_type(json_t *o, const struct topk_view *view)
{
	struct tally_type t = tally_type(view->name);

	if (record_type_is_unknown(t.type)) {
		set_text(o, "type", (struct name_text){t.name, false});
		set(o, "code", json_null());
	} else {
		set(o, "type", type_name(t.type));
		set(o, "code", json_integer(t.type));
	}
}

static void name_key(json_t *o, const struct topk_view *view)
{
	set_text(o, "key", tally_key(view->name));
}

static void name_exe(json_t *o, const struct topk_view *view)
{
	bool claimed;

	set_text(o, "exe", tally_exe(view->name, &claimed));
	set(o, "claimed", json_boolean(claimed));
}

/* io_uring operations come without an architecture. */
static void set_syscall(json_t *o, uint32_t arch, uint32_t nr)
{
	int machine = arch ? audit_elf_to_machine(arch) : -1;
	const char *name = machine < 0 ? NULL : audit_syscall_to_name((int)nr, machine);
	const char *arch_name = machine < 0 ? NULL : audit_machine_to_name(machine);
	char number[32];

	snprintf(number, sizeof(number), arch ? "%u" : "io_uring:%u", nr);
	set(o, "syscall", json_string(name ? name : number));
	snprintf(number, sizeof(number), "%x", arch);
	set(o, "arch", arch ? json_string(arch_name ? arch_name : number) : json_null());
}

static void name_syscall(json_t *o, const struct topk_view *view)
{
	struct tally_syscall s = tally_syscall(view->name);

	set_syscall(o, s.arch, s.nr);
}

static json_t *id_value(int64_t id)
{
	return id == EVENT_ID_ABSENT ? json_null() : json_integer(id);
}

static void name_account(json_t *o, const struct topk_view *view)
{
	struct tally_account a = tally_account(view->name);

	set(o, "auid", id_value(a.auid));
	set(o, "uid", id_value(a.uid));
	set_text(o, "acct", a.acct);
}

/* --- flows --- */

/* Several keys: an array, and one of the exact bytes where any is no UTF-8. */
static void set_keys(json_t *o, const struct flow *f)
{
	json_t *keys = json_array(), *hex = json_array(), *one;
	bool any_hex = false;
	unsigned int i;

	for (i = 0; i < f->n_keys; i++) {
		one = json_object();
		set_text(one, "key", f->keys[i]);
		json_array_append(keys, json_object_get(one, "key"));
		any_hex = any_hex || json_object_get(one, "key_hex");
		if (json_array_append(hex, json_object_get(one, "key_hex")) < 0)
			json_array_append_new(hex, json_null());
		if (json_object_get(one, "cut"))
			set(o, "cut", json_true());
		json_decref(one);
	}
	set(o, "key", keys);
	if (any_hex)
		set(o, "key_hex", hex);
	else
		json_decref(hex);
}

static void set_id(json_t *o, const char *name, int64_t id, enum id_class id_class)
{
	static const char *const classes[] = {
		[ID_CLASS_ROOT] = "root",
		[ID_CLASS_SYSTEM] = "system",
		[ID_CLASS_USER] = "user",
		[ID_CLASS_UNSET] = "unset",
	};
	char class_name[16];

	set(o, name, id_class == ID_CLASS_NONE ? id_value(id) : json_null());
	if (id_class == ID_CLASS_NONE)
		return;
	snprintf(class_name, sizeof(class_name), "%s_class", name);
	set(o, class_name, json_string(classes[id_class]));
}

static void set_outcome(json_t *o, const struct flow *f)
{
	const char *error = f->error ? audit_errno_to_name(f->error) : NULL;
	char number[16];

	snprintf(number, sizeof(number), "%d", -f->error);
	set(o, "exit", f->error ? json_string(error ? error : number) : json_null());
	set(o, "success",
	    f->success == EVENT_SUCCESS_ABSENT
		    ? json_null()
		    : json_boolean(f->success == EVENT_SUCCESS_YES));
}

static void set_comm(json_t *o, const struct tally_flow_aux *aux)
{
	struct span comm = {NULL, 0};

	if (aux && aux->started && !aux->comm_differs)
		comm = (struct span){aux->comm, aux->comm_len};
	set_text(o, "comm", (struct name_text){comm, false});
}

/* A rule's keys, joined as in the kernel: null, a text, or an array of several. */
static void set_rule_keys(json_t *o, struct name_text joined)
{
	struct flow f = {.n_keys = 0};
	struct span rest = joined.text, key;

	while (f.n_keys < EVENT_KEYS_MAX && rule_next_key(&rest, &key))
		f.keys[f.n_keys++] = (struct name_text){key, false};
	if (f.n_keys > 1)
		set_keys(o, &f);
	else
		set_text(o, "key",
			 f.n_keys ? f.keys[0] : (struct name_text){{NULL, 0}, false});
	if (joined.cut)
		set(o, "cut", json_true());
}

static void name_this_rule(json_t *o, const struct attribution_read *a,
			   const struct tally_rule_aux *place)
{

	struct span file = {NULL, 0};

	if (place->has_file)
		file = (struct span){place->file, place->file_len};
	set_text(o, "rule", a->text);
	set(o, "list", json_string(rule_list_name(a->list)));
	set(o, "position", place->position ? json_integer(place->position) : json_null());
	set_rule_keys(o, a->keys);
	set_text(o, "file", (struct name_text){file, place->file_cut});
	set(o, "line", place->line ? json_integer(place->line) : json_null());
}

static bool has_place(const json_t *places, uint32_t place)
{
	const json_t *one;
	size_t i;

	json_array_foreach(places, i, one)
	{
		if (json_integer_value(one) == place)
			return true;
	}
	return false;
}

static void name_rule(json_t *o, const struct topk_view *view)
{
	static const char *const reasons[ATTRIBUTION_KINDS] = {
		[ATTRIBUTION_HARD_WIRED] = "hard-wired",
		[ATTRIBUTION_USER] = "user",
		[ATTRIBUTION_UNKNOWN] = "unknown",
		[ATTRIBUTION_REMOVED] = "removed",
		[ATTRIBUTION_FOREIGN] = "foreign",
	};
	const struct tally_rule_aux *aux = view->aux;
	struct attribution_read a;
	json_t *places;
	uint32_t more, i;

	attribution_read(view->name, &a);
	if (a.kind == ATTRIBUTION_RULE) {
		name_this_rule(o, &a, view->aux);
		return;
	}
	set(o, "rule", json_null());
	if (a.kind != ATTRIBUTION_ONE_OF) {
		set(o, "reason", json_string(reasons[a.kind]));
		return;
	}
	places = json_array();
	for (i = 0; i < a.n; i++)
		if (aux->candidate[i] &&
		    !has_place(places, aux->candidate[i])) /* one in each of two lists */
			json_array_append_new(places, json_integer(aux->candidate[i]));
	more = a.n + a.more - (uint32_t)json_array_size(places);
	set(o, "candidates", places);
	if (more)
		set(o, "candidates_more", json_integer(more));
}

static void name_flow(json_t *o, const struct topk_view *view)
{
	const struct tally_flow_aux *aux = view->aux;
	json_t *types = json_array();
	struct flow f;
	unsigned int i;

	flow_read(view->name, &f);
	set_text(o, "rule", f.rule);
	set(o, "position",
	    f.has_rule && aux->position ? json_integer(aux->position) : json_null());
	if (f.n_keys > 1)
		set_keys(o, &f);
	else
		set_text(o, "key",
			 f.n_keys ? f.keys[0] : (struct name_text){{NULL, 0}, false});
	for (i = 0; i < f.n_types; i++)
		json_array_append_new(types, type_name(f.types[i]));
	set(o, "types", types);
	if (f.has_syscall) {
		set_syscall(o, f.arch, f.nr);
	} else {
		set(o, "syscall", json_null());
		set(o, "arch", json_null());
	}
	set_text(o, "exe", f.exe);
	set_comm(o, view->aux);
	set_id(o, "uid", f.uid, f.uid_class);
	set_id(o, "auid", f.auid, f.auid_class);
	set_outcome(o, &f);
	set_text(o, "subj_type", f.subj_type);
	set_text(o, "dir", f.dir);
	set_text(o, "node", f.node);
	set(o, "claimed", json_boolean(f.claimed));
}

json_t *entry_name(enum tally_list list, const struct topk_view *view)
{
	static void (*const name[TALLY_LISTS])(json_t *, const struct topk_view *) = {
		[TALLY_TYPES] = name_type,       [TALLY_KEYS] = name_key,
		[TALLY_RULES] = name_rule,       [TALLY_FLOWS] = name_flow,
		[TALLY_EXES] = name_exe,         [TALLY_SYSCALLS] = name_syscall,
		[TALLY_ACCOUNTS] = name_account,
	};
	json_t *o = json_object();

	if (o && name[list])
		name[list](o, view);
	return o;
}
