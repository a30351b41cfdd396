/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whatif_blinds.c - what else goes: the rules that the change is not about
 */
#include <stdlib.h>

#include "advise/whatif_inner.h"

static void add(struct count *sum, const struct count *c)
{
	sum->events += c->events;
	sum->records += c->records;
	sum->bytes += c->bytes;
}

static void note_account(struct whatif_blind *b, const struct whatif_flow *flow)
{
	for (unsigned int i = 0; i < b->n_accounts; i++)
		if (b->account[i].uid == flow->uid && b->account[i].auid == flow->auid &&
		    b->account[i].uid_class == flow->uid_class &&
		    b->account[i].auid_class == flow->auid_class)
			return;
	if (b->n_accounts == WHATIF_ACCOUNTS) {
		b->more_accounts = true;
		return;
	}
	b->account[b->n_accounts].uid = flow->uid;
	b->account[b->n_accounts].auid = flow->auid;
	b->account[b->n_accounts].uid_class = flow->uid_class;
	b->account[b->n_accounts].auid_class = flow->auid_class;
	b->n_accounts++;
}

static bool is_about(uint32_t position, const uint32_t *about, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (about[i] == position)
			return true;
	return false;
}

/* The place of its own; the last one is for all that find none. */
static size_t place_of(struct whatif_blind *out, size_t *n, uint32_t position)
{
	for (size_t i = 0; i < *n; i++)
		if (out[i].position == position)
			return i;
	if (*n == WHATIF_BLINDS) {
		out[*n - 1].position = 0;
		return *n - 1;
	}
	out[*n] = (struct whatif_blind){.position = position};
	return (*n)++;
}

static uint64_t weight(const struct whatif_blind *b, unsigned int window)
{
	return b->count[window].records;
}

static void sort(struct whatif_blind *out, size_t n, unsigned int window)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i;
		     j && weight(&out[j - 1], window) < weight(&out[j], window); j--) {
			struct whatif_blind b = out[j];

			out[j] = out[j - 1];
			out[j - 1] = b;
		}
}

static bool weighs(const struct whatif_table *t, const struct count *count)
{
	for (unsigned int i = 0; i < t->n_windows; i++)
		if (count[i].records)
			return true;
	return false;
}

size_t whatif_blinds(struct whatif *w, const struct whatif_table *t, const uint8_t *fate,
		     const uint32_t *about, size_t n_about, unsigned int window,
		     struct whatif_blind out[WHATIF_BLINDS])
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_flows; i++) {
		const struct whatif_flow *flow = &t->flow[i];
		const struct rule *won;
		uint32_t position;
		size_t at;
		bool none;

		if (fate[i] == WHATIF_KEPT || !weighs(t, flow->count))
			continue;
		won = whatif_winner(w, flow, &none);
		position = won ? won->position : 0;
		if (none || is_about(position, about, n_about))
			continue;
		at = place_of(out, &n, position);
		for (unsigned int k = 0; k < t->n_windows; k++)
			add(&out[at].count[k], &flow->count[k]);
		note_account(&out[at], flow);
	}
	sort(out, n, window);
	return n;
}
