/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reload.c - new settings while we run
 *
 * The text comes from whoever may read the file; what it says is judged here,
 * without any right.
 */
#include "reload.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/conf_file.h"
#include "base/log.h"

static uint64_t n_refused;

static bool refuse(struct span why)
{
	n_refused++;
	log_msg(LOG_ERR, "settings not reloaded, the old ones hold: %.*s", (int)why.n,
		why.p);
	return false;
}

static bool refuse_error(const struct conf_error *error)
{
	char why[640];

	return refuse(span_of(conf_error_text(error, why, sizeof(why))));
}

static bool take(struct config *config, struct span text)
{
	struct config_changes changes;
	struct conf_error error;

	if (config_reload(config, text, &changes, &error) < 0)
		return refuse_error(&error);
	log_msg(LOG_NOTICE, "settings reloaded; changed: %s; needs a restart: %s",
		changes.now[0] ? changes.now : "none",
		changes.restart[0] ? changes.restart : "none");
	return true;
}

bool reload_answer(struct config *config, const struct watch_answer *answer)
{
	if (!answer->error)
		return take(config, answer->data);
	if (answer->data.n) /* the worker's reason, quoted by it */
		return refuse(answer->data);
	return refuse(span_of(watch_reason(answer->error)));
}

static bool read_ourselves(struct config *config)
{
	const char *file = config->file[0] ? config->file : SETTINGS_FILE;
	struct conf_error error;
	char *text;
	size_t n;
	bool taken;

	if (conf_file_load(file, geteuid(), &text, &n, &error) < 0)
		return refuse_error(&error);
	taken = take(config, (struct span){text, n});
	free(text);
	return taken;
}

uint64_t reload_refused(void)
{
	return n_refused;
}

bool reload_ask(struct root *root, struct config *config)
{
	int error = root->watch_error;

	if (!root->is_root)
		return read_ourselves(config);
	if (root->watch && !error)
		error = watch_request(root->watch, WATCH_SETTINGS);
	if (error == -EBUSY)
		return refuse(span_of("they are being read at this moment for an earlier "
				      "SIGHUP; send it again"));
	return error < 0 ? refuse(span_of(watch_reason(error))) : false;
}
