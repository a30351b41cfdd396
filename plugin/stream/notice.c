/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notice.c - records that tell of the audit system itself
 */
#include "stream/notice.h"

#include "base/text.h"

/* `[op=set ]lost=0 old=376 auid=...`: Linux before 4.15 writes no op */
bool notice_read(const struct record *r, struct notice *notice)
{
	struct span rest = r->body, word;
	uint64_t old;

	if (r->type != RECORD_CONFIG_CHANGE)
		return false;
	word = text_word(&rest);
	if (span_is(word, "op=set"))
		word = text_word(&rest);
	if (!span_is(word, "lost=0"))
		return false;
	word = text_word(&rest);
	if (word.n < 4 || memcmp(word.p, "old=", 4) != 0 ||
	    !text_u64((struct span){word.p + 4, word.n - 4}, UINT32_MAX, &old))
		return false;
	notice->lost = (uint32_t)old;
	return true;
}
