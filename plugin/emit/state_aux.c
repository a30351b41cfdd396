/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_aux.c - what stands beside an entry's counts, as text, and back
 */
#include "emit/state_aux.h"

#include <string.h>

#define FOLDED (-2) /* alone in a list of ids: there were too many */

static void put_ids(struct piece *out, const char *before, const int32_t *ids,
		    unsigned int n)
{
	unsigned int i;

	piece_text(out, before);
	for (i = 0; i < n && n <= FLOW_IDS_MAX; i++) {
		piece_text(out, i ? "," : "");
		piece_i64(out, ids[i]);
	}
	if (n > FLOW_IDS_MAX)
		piece_i64(out, FOLDED);
	piece_text(out, "]");
}

static uint8_t get_ids(struct scan *s, int32_t ids[FLOW_IDS_MAX])
{
	int64_t value[FLOW_IDS_MAX];
	unsigned int n = scan_row(s, value, FLOW_IDS_MAX), i;

	if (n == 1 && value[0] == FOLDED)
		return FLOW_IDS_MAX + 1;
	for (i = 0; i < n; i++)
		ids[i] = (int32_t)value[i];
	return (uint8_t)n;
}

static void put_accounts(struct piece *out, const struct flow_ids *ids)
{
	put_ids(out, ",\"uids\":[", ids->uid, ids->n_uid);
	put_ids(out, ",\"auids\":[", ids->auid, ids->n_auid);
}

static void read_accounts(struct scan *s, struct flow_ids *ids)
{
	scan_expect(s, ",\"uids\":");
	ids->n_uid = get_ids(s, ids->uid);
	scan_expect(s, ",\"auids\":");
	ids->n_auid = get_ids(s, ids->auid);
}

static void put_flow(struct piece *out, const struct tally_flow_aux *flow)
{
	piece_member(out, ",\"comm\":[", flow->started);
	piece_member(out, ",", flow->comm_differs);
	piece_text(out, ",\"");
	piece_hex(out, flow->comm, flow->comm_len);
	piece_text(out, "\"]");
}

static void read_flow(struct scan *s, struct tally_flow_aux *flow)
{
	scan_expect(s, ",\"comm\":[");
	flow->started = scan_u64(s, 1);
	scan_expect(s, ",");
	flow->comm_differs = scan_u64(s, 1);
	scan_expect(s, ",\"");
	flow->comm_len = (uint8_t)scan_hex(s, flow->comm, sizeof(flow->comm));
	scan_expect(s, "\"]");
}

/* Where it stands in the kernel's list says the next list that is read. */
static void put_rule(struct piece *out, const struct tally_rule_aux *rule)
{
	piece_member(out, ",\"file\":[", rule->line);
	piece_member(out, ",", rule->has_file);
	piece_member(out, ",", rule->file_cut);
	piece_text(out, ",\"");
	piece_hex(out, rule->file, rule->file_len);
	piece_text(out, "\"]");
}

static void read_rule(struct scan *s, struct tally_rule_aux *rule)
{
	scan_expect(s, ",\"file\":[");
	rule->line = (uint32_t)scan_u64(s, UINT32_MAX);
	scan_expect(s, ",");
	rule->has_file = scan_u64(s, 1);
	scan_expect(s, ",");
	rule->file_cut = scan_u64(s, 1);
	scan_expect(s, ",\"");
	rule->file_len = (uint8_t)scan_hex(s, rule->file, sizeof(rule->file));
	scan_expect(s, "\"]");
}

void state_aux_put(struct piece *out, enum tally_list list, const void *aux)
{
	if (list == TALLY_EXES)
		put_accounts(out, aux);
	else if (list == TALLY_FLOWS)
		put_flow(out, aux);
	else if (list == TALLY_RULES)
		put_rule(out, aux);
}

bool state_aux_read(struct scan *s, enum tally_list list, union state_aux *aux)
{
	memset(aux, 0, sizeof(*aux));
	if (list == TALLY_EXES)
		read_accounts(s, &aux->ids);
	else if (list == TALLY_FLOWS)
		read_flow(s, &aux->flow);
	else if (list == TALLY_RULES)
		read_rule(s, &aux->rule);
	else
		return false;
	return true;
}
