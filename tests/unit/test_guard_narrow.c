/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_guard_narrow.c - which rules may ask for less, and for what less
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "guard_judge.h"

static void guard_narrows_what_asks_of_people(void **state)
{
	static const struct {
		const char *from, *to;
		enum guard_reason reason;
	} rows[] = {
		{"-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F "
		 "key=access",
		 "-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F auid!=-1 "
		 "-F key=access",
		 GUARD_ALLOWED},
		/* not the same but for the login uid */
		{"-a always,exit -F arch=b64 -S open,openat -F key=access",
		 "-a always,exit -F arch=b64 -S openat -F auid!=-1 -F key=access",
		 GUARD_FORM},
		{"-a always,exit -F arch=b64 -S openat -F key=access",
		 "-a always,exit -F arch=b64 -S openat -F uid!=33 -F key=access",
		 GUARD_FORM},
		{"-a always,exit -F arch=b64 -S openat -F key=access",
		 "-a never,exit -F arch=b64 -S openat -F auid!=-1 -F key=access",
		 GUARD_FORM},
		{"-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F key=access",
		 "-a always,exit -F arch=b64 -S openat -F auid!=-1 -F key=access",
		 GUARD_FORM},
		{"-a always,exit -F arch=b64 -S openat -F key=access",
		 "-a always,exit -F arch=b64 -S openat -F auid!=-1 -F auid!=-1 -F "
		 "key=access",
		 GUARD_FORM},
		{"-a always,exit -F arch=b64 -S openat -F key=access",
		 "-a always,exit -F arch=b64 -S openat -F key=access", GUARD_FORM},
		/* what services do is what these are for */
		{"-a always,exit -F arch=b64 -S openat,execve -F key=access",
		 "-a always,exit -F arch=b64 -S openat,execve -F auid!=-1 -F key=access",
		 GUARD_PEOPLE},
		{"-a always,exit -F arch=b64 -S openat -F dir=/srv -F key=access",
		 "-a always,exit -F arch=b64 -S openat -F dir=/srv -F auid!=-1 "
		 "-F key=access",
		 GUARD_PEOPLE},
		{"-a always,exit -F arch=b64 -S all -F key=access",
		 "-a always,exit -F arch=b64 -S all -F auid!=-1 -F key=access",
		 GUARD_PEOPLE},
		{"-a always,exit -F arch=b64 -S openat -F key=a,b",
		 "-a always,exit -F arch=b64 -S openat -F auid!=-1 -F key=a,b",
		 GUARD_ALPHABET},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct whatif_flow f = refused("/usr/sbin/d", 33, -1, "/srv/d/log");

		if (strstr(rows[i].from, "a,b"))
			f.key = help_text("a,b");
		expect(judge(rows[i].from, rows[i].to, 1, &f, 1), rows[i].reason,
		       rows[i].to);
	}
	{
		struct whatif_flow f = refused("/tmp/x", 33, -1, "/srv/d/log");

		expect(judge(rows[0].from, rows[0].to, 1, &f, 1), GUARD_WRITABLE,
		       "a program that others can change");
		f = refused("/usr/sbin/d", 33, -1, "/etc");
		expect(judge(rows[0].from, rows[0].to, 1, &f, 1), GUARD_OBJECT, "/etc");
		f = refused("/usr/sbin/d", 33, -1, "/srv/d/log");
		assert_int_equal(judge(rows[0].from, rows[0].to, 1, &f, 1),
				 GUARD_ALLOWED);
		assert_int_equal(verdict.risk, GUARD_MEDIUM);
	}
}

#define FILES "-a always,exit -F arch=b64 -S open,openat,unlink -F key=files"

/* By the one rule that there is. */
static struct whatif_flow won(const char *exe, int64_t uid, int64_t auid, const char *dir)
{
	struct whatif_flow f = help_file(exe, uid, auid, dir);

	f.won = WHATIF_WON_RULE;
	f.position = 1;
	return f;
}

static void guard_takes_a_call_out_of_a_rule(void **state)
{
	static const struct {
		const char *from, *to;
		enum guard_reason reason;
	} rows[] = {
		{FILES, "-a always,exit -F arch=b64 -S open,unlink -F key=files",
		 GUARD_ALLOWED},
		{FILES, "-a always,exit -F arch=b64 -S open -F key=files", GUARD_FORM},
		{FILES, "-a always,exit -F arch=b64 -S open,creat -F key=files",
		 GUARD_FORM},
		{FILES,
		 "-a always,exit -F arch=b64 -S open,openat,unlink,creat -F key=files",
		 GUARD_FORM},
		{FILES, "-a always,exit -F arch=b64 -S open,unlink", GUARD_FORM},
		{FILES, "-a always,exit -F arch=b64 -S open,unlink -F key=other",
		 GUARD_FORM},
		{FILES,
		 "-a always,exit -F arch=b64 -S open,unlink -F auid!=-1 -F key=files",
		 GUARD_FORM},
		{FILES,
		 "-a always,exit -F arch=b64 -S open,unlink -F uid!=0 -F key=files",
		 GUARD_FORM},
		{FILES, "-a always,exit -F arch=b32 -S open,unlink -F key=files",
		 GUARD_FORM},
		{FILES, "-a never,exit -F arch=b64 -S open,unlink -F key=files",
		 GUARD_FORM},
		{"-a always,exit -F arch=b64 -S all -F key=files",
		 "-a always,exit -F arch=b64 -S open -F key=files", GUARD_FORM},
		/* by which somebody becomes another, or runs something */
		{"-a always,exit -F arch=b64 -S openat,execve -F key=files",
		 "-a always,exit -F arch=b64 -S openat -F key=files", GUARD_FORM},
		{"-a always,exit -F arch=b64 -S openat,setuid -F key=files",
		 "-a always,exit -F arch=b64 -S openat -F key=files", GUARD_FORM},
		{"-a always,exit -F arch=b64 -S openat,init_module -F key=files",
		 "-a always,exit -F arch=b64 -S openat -F key=files", GUARD_FORM},
		/* a text of a kind that advice has not */
		{"-a always,exit -F arch=b64 -S open,openat -F path=/srv/f -F key=files",
		 "-a always,exit -F arch=b64 -S open -F path=/srv/f -F key=files",
		 GUARD_FORM},
	};
	struct whatif_flow f = won("/usr/sbin/d", 33, -1, "/srv/d/log");

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++)
		expect(judge(rows[i].from, rows[i].to, 1, &f, 1), rows[i].reason,
		       rows[i].to);
	assert_int_equal(judge(rows[0].from, rows[0].to, 1, &f, 1), GUARD_ALLOWED);
	assert_int_equal(verdict.risk, GUARD_HIGH);
	f.auid = 1000;
	expect(judge(rows[0].from, rows[0].to, 1, &f, 1), GUARD_USED, "a person");
	f.auid_class = ID_CLASS_USER;
	f.auid = -1;
	expect(judge(rows[0].from, rows[0].to, 1, &f, 1), GUARD_USED, "persons");
	f = won("/usr/sbin/d", 33, EVENT_ID_ABSENT, "/srv/d/log");
	expect(judge(rows[0].from, rows[0].to, 1, &f, 1), GUARD_USED, "nobody knows");
	f = won("/usr/sbin/d", 33, -1, "/etc");
	expect(judge(rows[0].from, rows[0].to, 1, &f, 1), GUARD_OBJECT, "/etc");
	f = won("/tmp/x", 33, -1, "/srv/d/log");
	expect(judge(rows[0].from, rows[0].to, 1, &f, 1), GUARD_WRITABLE, "a program");
}

#define test(f) cmocka_unit_test_setup(f, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(guard_narrows_what_asks_of_people),
		test(guard_takes_a_call_out_of_a_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
