/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_client.c - what a client of the socket sends, in pieces of any size
 *
 * The first byte says how large the pieces are. Whatever comes, each newline
 * ends either a request within its bounds or a line that is ignored.
 */
#include "emit/client.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_request(void *arg, struct client *c, const struct request *r)
{
	uint64_t *requests = arg;

	if (r->interval_ms < 0 || r->interval_ms > REQUEST_INTERVAL_MAX * INT64_C(1000) ||
	    (r->interval_ms && r->interval_ms < 1000) || !r->top ||
	    r->top > REQUEST_TOP_MAX)
		abort();
	++*requests;
}

static uint64_t newlines(const char *p, size_t n)
{
	uint64_t found = 0;

	while (n--)
		found += *p++ == '\n';
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint64_t requests = 0, ignored = 0, expected;
	const struct client_options options = {
		.top = 10,
		.requests_ignored = &ignored,
		.request = check_request,
		.arg = &requests,
	};
	struct client c = {.options = &options, .fd = -1};
	const char *p = (const char *)data;
	size_t piece, part;

	if (!n)
		return 0;
	piece = (size_t)data[0] * 16 + 1;
	p++;
	n--;
	expected = newlines(p, n);
	for (; n; p += part, n -= part) {
		part = n < piece ? n : piece;
		take_bytes(&c, p, part);
		if (c.in_n > sizeof(c.in))
			abort();
	}
	if (requests + ignored != expected)
		abort();
	return 0;
}
