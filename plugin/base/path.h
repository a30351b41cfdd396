/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path.h - paths as text: nothing is looked up
 *
 * What is asked about is attacker-chosen.
 */
#ifndef NOISE_BASE_PATH_H
#define NOISE_BASE_PATH_H

#include <stdbool.h>

#include "base/span.h"

/** path_is_plain - absolute, no "//", no "." or "..", no slash at its end but of "/" */
bool path_is_plain(struct span path);

/**
 * path_may_stand_in_rule - plain, and of [A-Za-z0-9/._+-] alone
 * Such a path needs no quoting in a rule file, in a shell or for auditctl(8).
 */
bool path_may_stand_in_rule(struct span path);

/** path_is_below - is plain @path the plain directory @dir, or something in it? */
bool path_is_below(struct span path, struct span dir);

/** path_dir - of a plain path all before its last part; of "/" itself. Borrows. */
struct span path_dir(struct span path);

/** path_base - its last part; borrows */
struct span path_base(struct span path);

/** path_depth - its parts: 0 for "/" */
unsigned int path_depth(struct span path);

#endif
