/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_watch.c - datagrams of a worker that may be in an attacker's hand
 *
 * The first byte says which requests are asked, again after each answer. Then
 * come datagrams, each behind its length in two bytes. Whatever they are, an
 * answer is to something asked, within its bound, and whole: as many bytes as
 * its parts brought.
 */
#include "kernel/watch.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Without a socket: a request's id is its number + 1, so that it can be hit. */
static void ask_all(struct watch *w, unsigned int which)
{
	uint32_t i;

	for (i = 0; i < WATCH_REQUESTS; i++)
		if (!w->pending[i].id && which & 1U << i % 8)
			w->pending[i].id = i + 1;
}

static void check_assembly(const struct watch *w)
{
	const struct assembly *in = &w->in;

	if (!in->begun && (in->data || in->n))
		abort();
	if (in->begun && (in->n > in->head.total || in->head.total > WATCH_ANSWER_MAX ||
			  in->head.error > 0 || in->head.request >= WATCH_REQUESTS))
		abort();
}

/* Return: the sum of its bytes, so that each is looked at. */
static unsigned int check_answer(const struct watch_answer *a, bool was_asked)
{
	unsigned int sum = 0;
	size_t i;

	if (!was_asked || a->request >= WATCH_REQUESTS || a->data.n > WATCH_ANSWER_MAX ||
	    a->error > 0 || !a->data.p)
		abort();
	for (i = 0; i < a->data.n; i++)
		sum += (unsigned char)a->data.p[i];
	return sum;
}

static unsigned int take_all(struct watch *w, const uint8_t *data, size_t n,
			     unsigned int which)
{
	struct watch_answer a;
	unsigned int sum = 0;
	size_t part;

	for (; n >= 2; data += part, n -= part) {
		part = data[0] + 256U * data[1];
		data += 2;
		n -= 2;
		if (part > n)
			part = n;
		ask_all(w, which);
		free(w->lent);
		w->lent = NULL;
		if (take(w, (const char *)data, part)) {
			bool was_asked = w->pending[w->in.head.request].id != 0;

			give_out(w, &a);
			sum += check_answer(&a, was_asked);
		}
		check_assembly(w);
		while (give_out_failure(w, &a))
			sum += check_answer(&a, true);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct watch *w = calloc(1, sizeof(*w));
	volatile unsigned int sum;

	if (w && n) {
		w->fd = -1;
		sum = take_all(w, data + 1, n - 1, data[0]);
		(void)sum;
	}
	watch_free(w);
	return 0;
}
