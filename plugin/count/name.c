/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * name.c - several values as the bytes of one name, and back
 *
 * A text is: flags (1 present, 2 cut), length in two bytes, the bytes, and
 * the hash of the whole where it was cut.
 */
#include "count/name.h"

#include "base/text.h"

enum { NAME_PRESENT = 1, NAME_CUT = 2 };

void name_put(struct name_writer *w, const void *data, size_t n)
{
	if (n > w->size - w->n) {
		w->over = true;
		return;
	}
	memcpy(w->out + w->n, data, n);
	w->n += n;
}

void name_put_text(struct name_writer *w, struct span text, size_t max,
		   const struct siphash_key *key)
{
	size_t kept = text.p ? text_utf8_prefix(text, max) : 0;
	uint8_t flags = (text.p ? NAME_PRESENT : 0) | (kept < text.n ? NAME_CUT : 0);
	uint16_t len = (uint16_t)kept;
	uint64_t whole;

	name_put(w, &flags, 1);
	name_put(w, &len, 2);
	if (kept)
		name_put(w, text.p, kept);
	if (flags & NAME_CUT) {
		whole = siphash(key, text.p, text.n);
		name_put(w, &whole, 8);
	}
}

bool name_get(struct name_reader *r, void *data, size_t n)
{
	if (n > r->n) {
		memset(data, 0, n);
		r->n = 0;
		return false;
	}
	memcpy(data, r->p, n);
	r->p += n;
	r->n -= n;
	return true;
}

struct name_text name_get_text(struct name_reader *r)
{
	struct name_text t = {{NULL, 0}, false};
	uint8_t flags;
	uint16_t len;
	uint64_t whole;

	if (!name_get(r, &flags, 1) || !name_get(r, &len, 2) || len > r->n)
		return t;
	if (flags & NAME_PRESENT)
		t.text = (struct span){r->p, len};
	r->p += len;
	r->n -= len;
	if (flags & NAME_CUT)
		t.cut = name_get(r, &whole, 8);
	return t;
}

bool name_check_text(struct name_reader *r)
{
	uint8_t flags;
	uint16_t len;
	uint64_t whole;

	if (!name_get(r, &flags, 1) || !name_get(r, &len, 2) || len > NAME_TEXT_MAX ||
	    len > r->n || flags & ~(NAME_PRESENT | NAME_CUT))
		return false;
	if (!(flags & NAME_PRESENT) && (len || flags))
		return false;
	r->p += len;
	r->n -= len;
	return !(flags & NAME_CUT) || name_get(r, &whole, 8);
}
