/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_noise_restart.c - advice on noise over a restart, and without memory
 * (emit/noise_life.c, state_noise.c)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "oom.h"
#include "count/engine.h"
#include "emit/state_noise.h"
#include "emit/state_read.h"
#include "emit/state_save.h"
#include "noise_life_help.h"

/* --- over a restart --- */

static const struct clock_reading now = {.wall_ms = T0 + 5 * MIN, .boot_ms = MIN};

static struct engine *new_engine(const struct siphash_key *key)
{
	const struct engine_options options = {.n_windows = 1,
					       .window_sec = {60},
					       .max_values = 16,
					       .max_flows = 16,
					       .key = key};
	struct engine *e = engine_new(&options);

	assert_non_null(e);
	return e;
}

static size_t save(char *text, size_t size)
{
	static const struct state_identity identity = {"boot", 1};
	struct engine *e = new_engine(NULL);
	struct state_save *s = state_save_new(e, &identity);
	size_t n = 0;

	assert_non_null(s);
	state_save_lives(s, noise_life_lives(life));
	state_save_begin(s);
	while (state_save_busy(s)) {
		struct span piece = state_save_step(s, &now);

		assert_true(n + piece.n < size);
		if (piece.n)
			memcpy(text + n, piece.p + 1, piece.n - 1);
		n += piece.n ? piece.n - 1 : 0;
	}
	state_save_free(s);
	engine_free(e);
	return n;
}

/* Return: entries that were not taken; -1: the whole was refused. */
static int restore(const char *text, size_t n)
{
	struct state_now into = {.clock = &now, .boot_id = "boot"};
	struct state_head head;
	uint64_t skipped;
	int rc = -1;

	into.lives = noise_life_lives(life);
	if (state_read_check((struct span){text, n}, &head) < 0)
		return -1;
	into.engine = new_engine(&head.key);
	if (!state_read_restore(&head, &into, &skipped))
		rc = (int)skipped;
	engine_free(into.engine);
	return rc;
}

static char saved[262144];

static void restart(void)
{
	size_t n = save(saved, sizeof(saved));

	close_book();
	open_book();
	assert_int_equal(restore(saved, n), 0);
	sent.n = 0;
}

static void life_is_verified_over_a_restart(void **state)
{
	char id[17];

	(void)state;
	propose();
	strcpy(id, sent.id[0]);
	restart();
	load(LOADED, 5 * MIN); /* augenrules has done it meanwhile */
	assert_int_equal(sent.n, 0);
	service(0, true);
	run(LOADED, 2, 5 * MIN);
	assert_sent(1, "applied");
	assert_string_equal(sent.id[0], id);
	assert_true(json_real_value(json_object_get(json_object_get(sent.last, "saves"),
						    "records_per_s")) == 50);
	run(LOADED, 2, 6 * MIN);
	assert_sent(2, "verified");
	assert_true(figure("before") == 50);
	restart();
	load(LOADED, 7 * MIN);
	run(LOADED, 2, 7 * MIN);
	assert_sent(1, "verified");
	assert_string_equal(sent.id[0], id);
	assert_true(figure("before") == 50);
	assert_true(figure("predicted_share") == 0.8571);
	/* and what was refuted stays so */
	service(900, true);
	run(LOADED, 2, 8 * MIN);
	assert_sent(2, "withdrawn");
	restart();
	load(NET, 9 * MIN);
	service(1000, false);
	run(NET, 2, 9 * MIN);
	assert_int_equal(sent.n, 0);
}

static void life_is_proved_again_after_a_restart(void **state)
{
	int64_t since;
	char id[17];

	(void)state;
	propose();
	strcpy(id, sent.id[0]);
	restart();
	service(1000, false);
	run(NET, 2, 6 * MIN);
	assert_sent(1, "proposed");
	assert_string_equal(sent.id[0], id);
	assert_non_null(advice_standing(advice, 0, &since));
	assert_int_equal(since, T0);
	restart();
	service(10, false);
	canary(1, 1000);
	for (int i = 0; i < LIFE_MISSES; i++)
		run(NET, 2, (6 + i) * MIN);
	assert_int_equal(sent.n, 0); /* nobody has heard of it, and nobody does */
	for (size_t i = 0; i < LIFE_MAX; i++)
		assert_int_equal(noise_life_lives(life)->of[i].state, LIFE_NONE);
}

static void life_narrowed_over_a_restart(void **state)
{
	char id[17];

	(void)state;
	services(false);
	run(ACCESS, 3, 0);
	assert_sent(1, "proposed");
	strcpy(id, sent.id[0]);
	restart();
	load(PEOPLE, 5 * MIN);
	services(true);
	run(PEOPLE, 3, 5 * MIN);
	assert_sent(1, "applied");
	assert_string_equal(sent.id[0], id);
	run(PEOPLE, 3, 6 * MIN);
	assert_sent(2, "verified");
}

/* What was read is written as it was, whatever the figures. */
static void life_is_saved_as_it_was(void **state)
{
	static char first[sizeof(saved)];
	struct life_proof *proof = &noise_life_lives(life)->of[0].proof;

	(void)state;
	propose();
	for (int i = 1; i < 300; i++) {
		size_t n;

		proof->before_per_s = (1000.4 + i) / 1000;
		proof->measured_share = i / 1000000.0;
		proof->length_ms = MIN;
		n = save(first, sizeof(first));
		lives_free(noise_life_lives(life));
		assert_int_equal(restore(first, n), 0);
		assert_int_equal(save(saved, sizeof(saved)), n);
		/* but for the key of the first line and the sum of the last */
		assert_memory_equal(strstr(saved, "{\"advice\""),
				    strstr(first, "{\"advice\""), 800);
	}
}

/* A last line that fits whatever stands before it. */
static size_t seal(char *text, size_t n)
{
	struct siphash_key key = {{0, 0}};
	uint64_t sum = 0;
	char *line = text, *newline;

	for (; strncmp(line, "{\"end\":", 7); line = newline + 1) {
		newline = memchr(line, '\n', (size_t)(text + n - line));
		assert_non_null(newline);
		key.k[0] = sum;
		sum = siphash(&key, line, (size_t)(newline + 1 - line));
	}
	line += sprintf(line, "{\"end\":0,\"sum\":\"");
	for (size_t i = 0; i < sizeof(sum); i++)
		line += sprintf(line, "%02x", ((unsigned char *)&sum)[i]);
	return (size_t)(line + sprintf(line, "\"}\n") - text);
}

/* With @from, which is there once at least, replaced by @to. Return: as restore(). */
static int restore_with(const char *from, const char *to)
{
	static char text[sizeof(saved)];
	size_t n = save(saved, sizeof(saved)), before;
	char *at = memmem(saved, n, from, strlen(from));
	int rc;

	assert_non_null(at);
	before = (size_t)(at - saved);
	memcpy(text, saved, before);
	memcpy(text + before, to, strlen(to));
	memcpy(text + before + strlen(to), at + strlen(from), n - before - strlen(from));
	n = seal(text, n + strlen(to) - strlen(from));
	lives_free(noise_life_lives(life));
	rc = restore(text, n);
	close_book();
	open_book();
	sent.n = 0;
	propose();
	return rc;
}

/* The text of @rule as it is saved. */
static const char *hex(const char *rule)
{
	static char out[2][2048];
	static unsigned int turn;
	char *at = out[turn = !turn];

	for (; *rule && *rule != '\n'; rule++)
		at += sprintf(at, "%02x", (unsigned char)*rule);
	*at = '\0';
	return out[turn];
}

static void life_takes_no_damaged_entry(void **state)
{
	(void)state;
	propose();
	assert_int_equal(restore_with("{\"advice\":[1,", "{\"advice\":[1,"), 0);
	/* no advice has such rules */
	assert_int_equal(restore_with(hex(NO64), hex("-a never,exit -S all")), 1);
	assert_int_equal(restore_with(hex(NO64), hex("-a never,task")), 1);
	assert_int_equal(restore_with(hex(NO64), hex(NET64)), 1);
	assert_int_equal(restore_with(hex(NO64), hex("-D")), 1);
	assert_int_equal(restore_with(hex(NO64), ""), 1);
	assert_int_equal(
		restore_with(hex(NO64), hex("-a exit,never -F arch=b64 -S connect "
					    "-F exe=/usr/sbin/d -F uid=33 "
					    "-F auid=-1")),
		1);
	assert_int_equal(restore_with("{\"advice\":[1,0", "{\"advice\":[1,1"), 1);
	/* not well made */
	assert_int_equal(restore_with("{\"advice\":[1,0", "{\"advice\":[1,2"), -1);
	assert_int_equal(restore_with("{\"advice\":[1,0", "{\"advice\":[0,0"), -1);
	assert_int_equal(restore_with("{\"advice\":[1,0", "{\"advice\":[5,0"), -1);
	assert_int_equal(restore_with("{\"advice\":[1,0", "{\"advice\":[3,0"), -1);
	assert_int_equal(restore_with("{\"advice\":[1,", "{\"advice\":[-1,"), -1);
	assert_int_equal(restore_with("{\"advice\":[1,", "{\"advice\":["), -1);
	assert_int_equal(restore_with("\"said\":[60000", "\"said\":[-60000"), -1);
	assert_int_equal(restore_with(",\"instead\":[]", ",\"instead\":[\"2d\"]"), -1);
	assert_int_equal(restore_with(",\"about\":[", ",\"about\":[[1,\"\"],"), -1);
	assert_int_equal(restore_with("\"rules\":[", "\"rules\":[\"zz\","), -1);
}

/* --- no memory --- */

static bool try_round(void *arg)
{
	long left = until_failure;
	unsigned int before = sent.n;
	bool good;

	(void)arg;
	until_failure = NEVER;
	open_book();
	service(1000, false);
	round_begin(NET, 2);
	until_failure = left;
	round_end(0);
	until_failure = NEVER;
	good = !noise_life_health(life).failed;
	if (good)
		assert_int_equal(sent.n, before + 1);
	/* all the same another round does it */
	service(1000, false);
	run(NET, 2, MIN);
	assert_true(sent.n > before);
	assert_string_equal(sent.state[(sent.n - 1) % SENT], "proposed");
	close_book();
	return good;
}

static bool try_resume(void *arg)
{
	long left = until_failure;
	bool good;

	until_failure = NEVER;
	open_book();
	assert_int_equal(restore(saved, *(size_t *)arg), 0);
	load(LOADED, 5 * MIN);
	service(0, true);
	round_begin(LOADED, 2);
	until_failure = left;
	round_end(6 * MIN);
	until_failure = NEVER;
	good = !noise_life_health(life).failed;
	run(LOADED, 2, 9 * MIN);
	run(LOADED, 2, 9 * MIN);
	assert_string_equal(sent.state[(sent.n - 1) % SENT], "verified");
	close_book();
	return good;
}

static bool try_proof(void *arg)
{
	long left = until_failure;
	unsigned int before = floods;
	bool good;

	(void)arg;
	until_failure = NEVER;
	open_book();
	sent.n = 0;
	propose();
	load(LOADED, 0);
	service(900, true);
	round_begin(LOADED, 2);
	until_failure = left;
	round_end(MIN);
	until_failure = NEVER;
	assert_int_equal(floods, before + 1);
	good = !noise_life_health(life).failed;
	close_book();
	return good;
}

static void life_reports_no_memory(void **state)
{
	size_t n;

	(void)state;
	close_book();
	sweep(try_round, NULL);
	open_book();
	sent.n = 0;
	propose();
	n = save(saved, sizeof(saved));
	close_book();
	sweep(try_resume, &n);
	sweep(try_proof, NULL);
	open_book();
	until_failure = 1;
	assert_null(noise_life_new(&(struct noise_life_options){.advice = advice}));
	until_failure = NEVER;
}

static bool try_restore(void *arg)
{
	long left = until_failure;
	struct scan s = *(struct scan *)arg;
	struct life one = {.state = LIFE_NONE};
	bool good;

	until_failure = left;
	assert_true(state_noise_read(&s, T0, &one));
	until_failure = NEVER;
	assert_false(s.bad);
	good = one.state != LIFE_NONE;
	life_drop(&one);
	return good;
}

static void life_restores_or_not(void **state)
{
	struct span rest;
	struct scan line;

	(void)state;
	propose();
	rest = (struct span){saved, save(saved, sizeof(saved))};
	while (scan_line(&rest, &line) && !scan_begins(&line, "{\"advice\":"))
		;
	assert_true(scan_begins(&line, "{\"advice\":"));
	sweep(try_restore, &line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		life_test(life_is_verified_over_a_restart),
		life_test(life_is_proved_again_after_a_restart),
		life_test(life_narrowed_over_a_restart),
		life_test(life_is_saved_as_it_was),
		life_test(life_takes_no_damaged_entry),
		life_test(life_reports_no_memory),
		life_test(life_restores_or_not),
	};

	json_set_alloc_funcs(__wrap_malloc, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
