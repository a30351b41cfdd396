/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_life_help.h - rounds in a world of rules, and what is said of the advice
 */
#ifndef TESTS_NOISE_LIFE_HELP_H
#define TESTS_NOISE_LIFE_HELP_H

#include "emit/advice.h"
#include "emit/noise_life.h"
#include "noise_help.h"

#define T0    1700000000000
#define MIN   60000
#define NET64 "-a always,exit -F arch=b64 -S connect -F key=net\n"
#define NET32 "-a always,exit -F arch=b32 -S connect -F key=net\n"
#define NET   NET64 NET32
#define NO64 \
	"-a never,exit -F arch=b64 -S connect -F exe=/usr/sbin/d -F uid=33 -F auid=-1\n"
#define NO32 \
	"-a never,exit -F arch=b32 -S connect -F exe=/usr/sbin/d -F uid=33 -F auid=-1\n"
#define LOADED NO64 NO32 NET
#define PEOPLE \
	"-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F auid!=-1 -F " \
	"key=access\n" \
	"-a always,exit -F arch=b32 -S open,openat -F exit=-EACCES -F auid!=-1 -F " \
	"key=access\n"

#define SENT 64

static struct {
	unsigned int n;
	char id[SENT][17], state[SENT][12], reason[SENT][LIFE_TEXT];
	json_t *last;
} sent;

static struct world world;
static struct noise_scene scene;
static struct noise_life *life;
static struct advice *advice;
static unsigned int floods;
static char flood_id[17];

static inline void take(void *arg, json_t *object)
{
	const char *reason = json_string_value(json_object_get(object, "reason"));
	unsigned int i = sent.n++ % SENT;

	(void)arg;
	strcpy(sent.id[i], json_string_value(json_object_get(object, "id")));
	strcpy(sent.state[i], json_string_value(json_object_get(object, "state")));
	snprintf(sent.reason[i], LIFE_TEXT, "%s", reason ? reason : "");
	json_decref(sent.last);
	sent.last = json_incref(object);
}

static inline void take_flood(void *arg, const struct noise_life_flood *flood)
{
	(void)arg;
	floods++;
	assert_true(flood->after_per_s * 2 > flood->before_per_s);
	assert_true(flood->reason[0]);
	snprintf(flood_id, sizeof(flood_id), "%s", flood->id);
}

static inline void open_book(void)
{
	struct noise_life_options o = {.flood = take_flood};

	advice = advice_new(take, NULL);
	o.advice = advice;
	life = noise_life_new(&o);
	assert_non_null(advice);
	assert_non_null(life);
}

static inline void close_book(void)
{
	noise_life_free(life);
	advice_free(advice);
}

static inline int begin_test(void **state)
{
	reset(state);
	sent.n = floods = 0;
	open_book();
	return 0;
}

static inline int end_test(void **state)
{
	(void)state;
	close_book();
	json_decref(sent.last);
	sent.last = NULL;
	return 0;
}

/* --- a world --- */

static inline void connects(size_t i, const char *exe, int64_t uid, uint64_t events)
{
	flow[i] = help_flow(42, exe, uid, -1);
	flow[i].key = help_text("net");
	flow[i].n_keys = 1;
	weigh(i, events, 3);
}

/* One noisy service and others. @loaded: there is an exception for it. */
static inline void service(uint64_t events, bool loaded)
{
	connects(0, "/usr/sbin/d", 33, events);
	flow[0].excepted = loaded;
	canary(1, 100);
}

static inline void round_begin(const char *rules, size_t n)
{
	standing = noise_life_standing(life);
	begin(&world, rules, n);
	scene = (struct noise_scene){.noise = world.n,
				     .whatif = world.w,
				     .table = &world.t,
				     .machine = MACH_86_64,
				     .window_s = 60,
				     .span_s = 60,
				     .complete = true,
				     .can_try = true};
}

static inline void round_end(int64_t ms)
{
	static const struct life_window window = {MIN, 60, true};
	const struct noise_life_round round = {&scene, &window, T0 + ms, T0 + ms, false};

	noise_life_begin(life, &round);
	while (noise_life_step(life))
		;
	end(&world);
}

static inline void run(const char *rules, size_t n, int64_t ms)
{
	round_begin(rules, n);
	round_end(ms);
}

static inline void load(const char *rules, int64_t ms)
{
	struct ruleset *set = help_set(rules);

	noise_life_rules(life, set, T0 + ms);
	ruleset_free(set);
}

static inline void assert_sent(unsigned int n, const char *state)
{
	assert_int_equal(sent.n, n);
	assert_string_equal(sent.state[(n - 1) % SENT], state);
}

static inline const char *last_reason(void)
{
	return sent.reason[(sent.n - 1) % SENT];
}

static inline double figure(const char *name)
{
	const json_t *verified = json_object_get(sent.last, "verified");

	assert_true(json_is_object(verified));
	return json_number_value(json_object_get(verified, name));
}

static inline void propose(void)
{
	service(1000, false);
	run(NET, 2, 0);
	assert_sent(1, "proposed");
}

static inline void services(bool narrowed)
{
	refuse(0, "/usr/sbin/d", 33, -1, "/srv/d/log");
	refuse(1, "/usr/sbin/chronyd", 123, -1, "/srv/c");
	for (size_t i = 0; i < 2; i++) {
		weigh(i, narrowed ? 0 : 600, 5);
		flow[i].foreign = narrowed; /* the rule that wrote it is gone */
	}
	canary(2, 100);
}

#define life_test(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

#endif
