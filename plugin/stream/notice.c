/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notice.c - records that tell of the audit system itself
 */
#include "stream/notice.h"

#include "base/text.h"

/* `lost=0 old=376 auid=...`, behind the op */
static bool read_lost(struct span rest, uint32_t *lost)
{
	struct span word = text_word(&rest);
	uint64_t old;

	if (word.n < 4 || memcmp(word.p, "old=", 4) != 0 ||
	    !text_u64((struct span){word.p + 4, word.n - 4}, UINT32_MAX, &old))
		return false;
	*lost = (uint32_t)old;
	return true;
}

/* The last word of the kernel's; auditd's interpretations stand behind it. */
static bool has_failed(struct span rest)
{
	const char *end = memchr(rest.p, '\x1d', rest.n);
	struct span word, last = {"", 0};

	if (end)
		rest.n = (size_t)(end - rest.p);
	while ((word = text_word(&rest)).n)
		last = word;
	return span_is(last, "res=0");
}

/* The first op of `auid=1000 ses=1 subj=... op=add_rule key="k" list=4 res=1`. What is
 * before it is the kernel's own, without blanks; what is behind may be anybody's.
 * op=updated_rules is none: the rule has another file behind its name, and its place. */
static bool is_of_rules(struct span rest)
{
	static const char *const ops[] = {"op=add_rule", "op=remove_rule", "op=trim",
					  "op=make_equiv", "op=autoremove_rule"};
	struct span word;
	size_t i;

	while ((word = text_word(&rest)).n) {
		if (word.n < 3 || memcmp(word.p, "op=", 3) != 0)
			continue;
		for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
			if (span_is(word, ops[i]))
				return !has_failed(rest);
		return false;
	}
	return false;
}

bool notice_read(const struct record *r, struct notice *notice)
{
	struct span rest = r->body, word;

	if (r->type != RECORD_CONFIG_CHANGE)
		return false;
	word = text_word(&rest);
	if (span_is(word, "op=set")) /* Linux before 4.15 writes none */
		word = text_word(&rest);
	if (span_is(word, "lost=0")) {
		notice->kind = NOTICE_LOST_RESET;
		return read_lost(rest, &notice->lost);
	}
	/* while it was off nobody wrote of the rules */
	notice->kind = NOTICE_RULES;
	return (word.n > 14 && !memcmp(word.p, "audit_enabled=", 14)) ||
	       is_of_rules(r->body);
}
