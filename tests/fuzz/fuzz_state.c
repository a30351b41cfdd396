/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_state.c - any bytes as a state file
 *
 * Two readings of the same bytes: as they are, and with a last line that fits
 * them, for no fuzzer guesses the sum that otherwise stands before everything
 * else. What is accepted has to be a state: saved again it is read again, with
 * no entry left out, no list passes its total, and advice is as it was. Then the
 * counting goes on.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/life.h"
#include "advise/loss.h"
#include "base/siphash.h"
#include "emit/loss_object.h"
#include "emit/report.h"
#include "emit/state_read.h"
#include "emit/state_save.h"

#define TEXT_MAX 4194304

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct clock_reading now = {.wall_ms = 1700000100000, .boot_ms = 60000};
static const char event[] =
	"type=SYSCALL msg=audit(1700000100.000:7): arch=c000003e syscall=2 success=no "
	"exit=-13 uid=0 auid=4294967295 comm=\"a\" exe=\"/a\" key=\"k\"\n"
	"type=PROCTITLE msg=audit(1700000100.000:7): proctitle=\"a\"\n";

/* The one way out when a promise is broken; the fuzzer reports it. */
static void broken(const char *what)
{
	fprintf(stderr, "fuzz_state: %s\n", what);
	abort();
}

static struct engine *new_engine(const struct siphash_key *key)
{
	struct engine_options options = {.n_windows = 2,
					 .window_sec = {60, 3600},
					 .max_values = 16,
					 .max_flows = 16,
					 .key = key};
	struct engine *e = engine_new(&options);

	if (!e)
		abort();
	return e;
}

/* Return: the engine that @text gives, or NULL when it is refused. */
static struct engine *restored(struct span text, struct ledger *ledger,
			       struct lives *lives, uint64_t *skipped)
{
	struct state_now into = {
		.clock = &now, .boot_id = "boot", .ledger = ledger, .lives = lives};
	struct state_head head;

	memset(lives, 0, sizeof(*lives));
	if (ledger_init(ledger) < 0)
		abort();
	if (state_read_check(text, &head) < 0)
		return NULL;
	into.engine = new_engine(&head.key);
	if (!state_read_restore(&head, &into, skipped))
		return into.engine;
	engine_free(into.engine);
	return NULL;
}

static struct span saved(struct engine *e, const struct ledger *ledger,
			 const struct lives *lives, char *text)
{
	static const struct state_identity identity = {"boot", 1};
	struct state_save *s = state_save_new(e, &identity);
	size_t n = 0;

	if (!s)
		abort();
	state_save_ledger(s, ledger);
	state_save_lives(s, lives);
	state_save_begin(s);
	while (state_save_busy(s)) {
		struct span piece = state_save_step(s, &now);

		if (!piece.n)
			continue;
		if (piece.n > STATE_PIECE_MAX || n + piece.n > TEXT_MAX)
			broken("a piece or a file too large");
		memcpy(text + n, piece.p + 1, piece.n - 1);
		n += piece.n - 1;
	}
	state_save_free(s);
	return (struct span){text, n};
}

/* Keys count an event several times: they have no total. */
static void check_lists(struct engine *e)
{
	struct tally *tally = engine_tally(e);
	struct count total = tally_total(tally, -1, 0);
	unsigned int i;
	int list;

	for (list = 0; list < TALLY_LISTS; list++) {
		struct topk *table = tally_table(tally, (enum tally_list)list);
		struct count sum = {0};

		for (i = 0; table && i < topk_used(table); i++) {
			struct count c = topk_view(table, i, -1, 0).count;

			sum.records += c.records;
			sum.bytes += c.bytes;
		}
		if (list != TALLY_KEYS &&
		    (sum.records > total.records || sum.bytes > total.bytes))
			broken("a list passes its total");
	}
}

/* The newest come back, as many as there is room for; each can be judged and shown. */
static void check_ledgers(const struct ledger *l, const struct ledger *again)
{
	unsigned int i;

	if (again->n > l->n || (l->n && !again->n))
		broken("incidents are lost or made up");
	for (i = 1; i <= again->n; i++) {
		struct ledger_entry e = *ledger_entry(l, l->n - i);

		if (memcmp(&e, ledger_entry(again, again->n - i), sizeof(e)) != 0)
			broken("an incident comes back as another");
		if (loss_events(&e).min > loss_events(&e).max ||
		    loss_records(&e).min > loss_records(&e).max)
			broken("a range is upside down");
		loss_judge(&e);
		json_decref(loss_object_suspects(&e.suspects));
	}
}

static bool are_same(struct rule *const *a, struct rule *const *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!a[i] != !b[i] || (a[i] && !rule_equal(a[i], b[i])))
			return false;
	return true;
}

/* It comes back in the first places, and can be held against rules. */
static void check_lives(struct lives *l, const struct lives *again)
{
	struct ruleset *none = ruleset_new();
	struct noise_standing out[LIFE_MAX];
	char text[LIFE_TEXT];
	unsigned int i, n = 0;

	if (!none)
		abort();
	for (i = 0; i < LIFE_MAX; i++) {
		const struct life *a = &l->of[i], *b = &again->of[n];

		if (a->state == LIFE_NONE)
			continue;
		if (a->state != b->state || a->since_ms != b->since_ms ||
		    memcmp(&a->said, &b->said, sizeof(a->said)) != 0 ||
		    memcmp(a->before, b->before, sizeof(a->before)) != 0 ||
		    memcmp(&a->proof, &b->proof, sizeof(a->proof)) != 0 ||
		    a->what.n != b->what.n || a->what.kind != b->what.kind ||
		    !are_same(a->what.rule, b->what.rule, NOISE_RULES) ||
		    !are_same(a->what.instead, b->what.instead, NOISE_RULES) ||
		    !are_same(a->what.about, b->what.about, 2))
			broken("advice comes back as another");
		life_disproof(a, text);
		n++;
	}
	for (; n < LIFE_MAX; n++)
		if (again->of[n].state != LIFE_NONE)
			broken("advice is made up");
	lives_standing(l, out);
	lives_rules(l, none, now.wall_ms);
	for (i = 0; i < LIFE_MAX; i++)
		if (l->of[i].state == LIFE_APPLIED || l->of[i].state == LIFE_VERIFIED)
			broken("advice is loaded where there are no rules");
	ruleset_free(none);
}

static void count_on(struct engine *e)
{
	const struct report_depth depth = {.top = 1000, .all_windows = true};
	const struct schema_origin origin = {{0}, {0}};
	struct report_source source = {.engine = e, .clock = &now, .origin = &origin};

	engine_feed(e, event, sizeof(event) - 1, NULL);
	engine_end(e, NULL);
	json_decref(report_summary(&source, &depth));
}

static void try_text(struct span text)
{
	static char again[TEXT_MAX];
	struct ledger l, l_again;
	struct lives v, v_again;
	uint64_t skipped;
	struct engine *e = restored(text, &l, &v, &skipped), *f;

	if (!e) {
		ledger_free(&l);
		lives_free(&v);
		return;
	}
	check_lists(e);
	f = restored(saved(e, &l, &v, again), &l_again, &v_again, &skipped);
	check_ledgers(&l, &l_again);
	check_lives(&v, &v_again);
	lives_free(&v);
	lives_free(&v_again);
	ledger_free(&l);
	ledger_free(&l_again);
	if (!f)
		broken("what was saved is refused");
	if (skipped)
		broken("what was saved comes back in part");
	count_on(e);
	engine_free(e);
	engine_free(f);
}

/* The last line, of the sum and the number of entries that @text has, for its own. */
static size_t put_end(char *text, size_t n)
{
	struct siphash_key key = {{0, 0}};
	const char *line = text, *newline;
	uint64_t sum = 0, entries = 0;
	size_t i;
	int len;

	for (; (newline = memchr(line, '\n', (size_t)(text + n - line)));
	     line = newline + 1) {
		if (!strncmp(line, "{\"end\":", 7)) {
			n = (size_t)(line - text);
			break;
		}
		key.k[0] = sum;
		sum = siphash(&key, line, (size_t)(newline + 1 - line));
		entries += newline - line > 7 && !memcmp(line, "{\"list\":", 8);
	}
	len = sprintf(text + n, "{\"end\":%llu,\"sum\":\"", (unsigned long long)entries);
	for (i = 0; i < sizeof(sum); i++)
		len += sprintf(text + n + len, "%02x", ((unsigned char *)&sum)[i]);
	return n + (size_t)len + (size_t)sprintf(text + n + len, "\"}\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 128);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	try_text((struct span){text, size});
	if (size && text[size - 1] == '\n')
		try_text((struct span){text, put_end(text, size)});
	free(text);
	return 0;
}
