/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flows.h - the identity of a flow, as the bytes of a name
 *
 * A flow is a class of alike events: node, set of record types, system call
 * and architecture, executable, account, outcome, subject type, directory of
 * the object, rule keys, and the rule that wrote them where rules are known; claims of
 * user messages stand apart. The identity is
 * exact: events of one flow agree in all of it. What may have many values for
 * one executable (uid, auid) is folded into a class once 64 were seen.
 */
#ifndef NOISE_FLOWS_H
#define NOISE_FLOWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/siphash.h"
#include "base/span.h"
#include "count/attribution.h"
#include "count/name.h"
#include "stream/event.h"

#define FLOW_NAME_MAX 1280
#define FLOW_IDS_MAX \
	64 /* distinct uid or auid values of an executable before folding \
	    */

enum id_class {
	ID_CLASS_NONE,
	ID_CLASS_ROOT,
	ID_CLASS_SYSTEM,
	ID_CLASS_USER,
	ID_CLASS_UNSET
};

struct flow {
	struct name_text node, exe, subj_type, dir;
	struct name_text keys[EVENT_KEYS_MAX];
	unsigned int n_keys;
	uint32_t types[EVENT_TYPES_MAX];
	unsigned int n_types;
	bool has_syscall;
	uint32_t arch, nr;
	int64_t uid, auid;                   /* EVENT_ID_*; meaningless where folded */
	enum id_class uid_class, auid_class; /* ID_CLASS_NONE: not folded */
	enum event_success success;
	int error;
	bool claimed;
	bool has_rule;
	uint64_t rule_id; /* as flow_rule_id() */
	uint32_t list;    /* of it */
	struct name_text rule;
};

/* The uids and auids that an executable was seen with. Lives beside its entry. */
struct flow_ids {
	uint8_t n_uid, n_auid; /* FLOW_IDS_MAX + 1: folded */
	int32_t uid[FLOW_IDS_MAX], auid[FLOW_IDS_MAX];
};

/**
 * flow_fold - note the event's account; folded from the 65th value on
 * Return: true when it was the 65th value: later events get other flows.
 */
bool flow_fold(struct flow_ids *ids, const struct event *e);

/**
 * flow_name - write the identity of @e
 * @ids: of its executable, or NULL (nothing is folded)
 * @rule: name of the rule that wrote it (verdict_name()); absent: rules are not known
 * Return: number of bytes in @name. Where the strings are too long for it they
 * are cut further; their hashes keep the identity exact.
 */
size_t flow_name(const struct event *e, const struct flow_ids *ids, struct span rule,
		 const struct siphash_key *key, char name[FLOW_NAME_MAX]);

/** flow_rule_id - of the name of a rule, as it stands in the flow's */
static inline uint64_t flow_rule_id(struct span rule, const struct siphash_key *key)
{
	return verdict_name_id(rule, key);
}

/** flow_read - the identity back from its bytes; borrows from @name */
void flow_read(struct span name, struct flow *flow);

/** flow_check - may flow_read() be asked about bytes that come from outside? */
bool flow_check(struct span name);

#endif
