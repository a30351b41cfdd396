/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_alerts.c - raised once, cleared after a quiet minute
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "emit/alerts.h"

#define SENT_MAX 256

static struct {
	unsigned int n;
	char text[SENT_MAX][64]; /* "alert/state/cause/level" */
} sent;

static const char *word(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "-";
}

static void note(void *arg, json_t *object, enum alert_level level)
{
	assert_true(sent.n < SENT_MAX);
	snprintf(sent.text[sent.n++], sizeof(sent.text[0]), "%s/%s/%s/%s",
		 word(object, "alert"), word(object, "state"), word(object, "cause"),
		 word(object, "level"));
}

static int64_t raised_ms; /* of what alerts_standing() gave */

static struct clock_reading at(int64_t ms)
{
	return (struct clock_reading){1700000000000 + ms, 1000 + ms};
}

static void raise(struct alerts *a, enum alert_kind kind, enum alert_level level,
		  const char *cause, int64_t ms)
{
	const struct alert alert = {kind, level, cause, "something", json_object()};
	struct clock_reading now = at(ms);

	alerts_raise(a, &alert, &now);
}

static void tick(struct alerts *a, int64_t ms)
{
	struct clock_reading now = at(ms);

	alerts_tick(a, &now);
}

static void was_sent(const char *text)
{
	assert_true(sent.n > 0);
	assert_string_equal(sent.text[sent.n - 1], text);
}

/* By whose records, @ms after the first. */
static void raise_by(struct alerts *a, const char *exe, int64_t ms)
{
	struct alert alert = {ALERT_LOSS, ALERT_CRITICAL, "burst", "something", NULL};
	struct clock_reading now = at(ms);

	alert.figures = json_pack("{s:s?, s:i}", "top_exe", exe, "refused", (int)ms);
	alerts_raise(a, &alert, &now);
}

static int set_up(void **state)
{
	sent.n = 0;
	*state = alerts_new(note, NULL);
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	alerts_free(*state);
	return 0;
}

static void an_alert_is_raised_once(void **state)
{
	struct alerts *a = *state;

	raise(a, ALERT_LOSS, ALERT_CRITICAL, "burst", 0);
	was_sent("loss/raised/burst/critical");
	raise(a, ALERT_LOSS, ALERT_CRITICAL, "burst", 500);
	assert_int_equal(sent.n, 1);
	raise(a, ALERT_LOSS, ALERT_CRITICAL, "overload", 600); /* another pair */
	was_sent("loss/raised/overload/critical");
	raise(a, ALERT_BACKLOG, ALERT_WARNING, NULL, 700);
	raise(a, ALERT_BACKLOG, ALERT_WARNING, NULL, 800);
	was_sent("backlog/raised/-/warning");
	assert_int_equal(sent.n, 3);
}

static void a_higher_level_is_news_and_a_lower_one_is_not(void **state)
{
	struct alerts *a = *state;

	raise(a, ALERT_BACKLOG, ALERT_WARNING, NULL, 0);
	raise(a, ALERT_BACKLOG, ALERT_CRITICAL, NULL, 1);
	was_sent("backlog/raised/-/critical");
	raise(a, ALERT_BACKLOG, ALERT_WARNING, NULL, 2);
	raise(a, ALERT_BACKLOG, ALERT_CRITICAL, NULL, 3);
	assert_int_equal(sent.n, 2);
}

static void it_is_cleared_after_a_quiet_minute(void **state)
{
	struct alerts *a = *state;

	raise(a, ALERT_STALL, ALERT_WARNING, "burst", 0);
	raise(a, ALERT_GAP, ALERT_WARNING, NULL, 0);
	raise(a, ALERT_STALL, ALERT_WARNING, "burst", 30000);
	tick(a, 59999);
	assert_int_equal(sent.n, 2);
	tick(a, 60000);
	was_sent("gap/cleared/-/warning");
	tick(a, 89999);
	assert_int_equal(sent.n, 3);
	tick(a, 90000);
	was_sent("stall/cleared/burst/warning");
	assert_null(alerts_standing(a, 0, &raised_ms));
	raise(a, ALERT_STALL, ALERT_WARNING, "burst", 90001);
	was_sent("stall/raised/burst/warning");
}

static void it_can_be_taken_back(void **state)
{
	struct alerts *a = *state;

	raise(a, ALERT_LOSS, ALERT_CRITICAL, "unknown", 0);
	alerts_clear(a, ALERT_LOSS, "burst"); /* does not stand */
	assert_int_equal(sent.n, 1);
	alerts_clear(a, ALERT_LOSS, "unknown");
	was_sent("loss/cleared/unknown/critical");
	assert_null(alerts_standing(a, 0, &raised_ms));
}

static void what_stands_is_kept_with_its_last_words(void **state)
{
	struct alerts *a = *state;
	struct alert alert = {ALERT_LOSS, ALERT_CRITICAL, "burst", "later", NULL};
	struct clock_reading now = at(5);

	raise(a, ALERT_LOSS, ALERT_CRITICAL, "burst", 0);
	alert.figures = json_pack("{s:i}", "refused", 9);
	alerts_raise(a, &alert, &now);
	assert_string_equal(word(alerts_standing(a, 0, &raised_ms), "text"), "later");
	assert_int_equal(
		json_integer_value(json_object_get(
			json_object_get(alerts_standing(a, 0, &raised_ms), "figures"),
			"refused")),
		9);
	assert_true(raised_ms == at(0).wall_ms);
	assert_null(alerts_standing(a, 1, &raised_ms));
}

static void what_does_not_fit_is_counted(void **state)
{
	static char causes[ALERTS_MAX + 1][8];
	struct alerts *a = *state;
	unsigned int i;

	for (i = 0; i <= ALERTS_MAX; i++) {
		snprintf(causes[i], sizeof(causes[i]), "c%u", i);
		raise(a, ALERT_FLOOD, ALERT_WARNING, causes[i], 0);
	}
	assert_int_equal(sent.n, ALERTS_MAX);
	assert_int_equal(alerts_over(a), 1);
	tick(a, 60000);
	assert_int_equal(sent.n, 2 * ALERTS_MAX);
	assert_null(alerts_standing(a, 0, &raised_ms));
}

/* Who is to blame is seldom known by the first record; and a guess may be another. */
static void another_program_is_said_a_second_later(void **state)
{
	struct alerts *a = *state;

	raise_by(a, NULL, 0);
	assert_int_equal(sent.n, 1);
	raise_by(a, "/bin/a", 999);
	assert_int_equal(sent.n, 1);
	raise_by(a, "/bin/a", 1000);
	assert_int_equal(sent.n, 2);
	was_sent("loss/raised/burst/critical");
	raise_by(a, "/bin/a", 5000); /* other figures are no news */
	assert_int_equal(sent.n, 2);
	raise_by(a, "/bin/b", 5000);
	raise_by(a, "/bin/a", 5500); /* in turns: no more than once a second */
	assert_int_equal(sent.n, 3);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(an_alert_is_raised_once),
		CASE(a_higher_level_is_news_and_a_lower_one_is_not),
		CASE(it_is_cleared_after_a_quiet_minute),
		CASE(it_can_be_taken_back),
		CASE(what_stands_is_kept_with_its_last_words),
		CASE(what_does_not_fit_is_counted),
		CASE(another_program_is_said_a_second_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
