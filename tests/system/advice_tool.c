/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice_tool.c - an advice as the daemon would send it, for the system tests
 *
 * Reads an object without its id, and prints it with the one that the daemon gives it.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "emit/advice.h"

static void send_object(void *arg, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	(void)arg;
	if (text)
		puts(text);
	free(text);
}

int main(void)
{
	struct advice *advice = advice_new(send_object, NULL);
	json_t *object = json_loadf(stdin, 0, NULL);
	bool good = advice && advice_put(advice, "tool", object, 0);

	advice_free(advice);
	return good ? 0 : 1;
}
