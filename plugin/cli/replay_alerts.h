/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_alerts.h - the alerts that the daemon would have raised of a stored log
 */
#ifndef NOISE_CLI_REPLAY_ALERTS_H
#define NOISE_CLI_REPLAY_ALERTS_H

#include <jansson.h>
#include <stdint.h>

#include "count/engine.h"
#include "emit/alerts.h"

#define REPLAY_ALERTS_MAX 1000 /* that are kept until the end; the first ones */

struct replay_alerts;

/**
 * replay_alerts_new - listen to an engine, which is not fed after replay_alerts_free()
 * Return: owned; NULL after saying that there is no memory.
 */
struct replay_alerts *replay_alerts_new(struct engine *engine);
void replay_alerts_free(struct replay_alerts *a); /* NULL is legal */

/** replay_alerts_end - the log has ended: judge what came last */
void replay_alerts_end(struct replay_alerts *a);

/** replay_alerts_raise - one that somebody else has judged; its figures are taken */
void replay_alerts_raise(struct replay_alerts *a, const struct alert *alert);

/**
 * replay_alerts_at - number @i, in the order of the log, raised and cleared
 * @stamp_ms: when, by the log's time
 * Return: borrowed; NULL: there are no more.
 */
json_t *replay_alerts_at(const struct replay_alerts *a, size_t i, int64_t *stamp_ms);

/** replay_alerts_print - those that were raised, as text on stdout */
void replay_alerts_print(const struct replay_alerts *a);

/** replay_alerts_over - how many had no room */
uint64_t replay_alerts_over(const struct replay_alerts *a);

#endif
