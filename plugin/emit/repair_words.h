/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair_words.h - what is said of each kind of finding
 */
#ifndef NOISE_REPAIR_WORDS_H
#define NOISE_REPAIR_WORDS_H

#include "rules/findings.h"

struct repair_words {
	const char *name;     /* in evidence */
	const char *title;    /* what to do */
	const char *what;     /* is to be changed, where nothing can be loaded: of which
				 rule follows */
	const char *place;    /* of what is to be loaded, where it can be */
	const char *gives_up; /* by loading it; NULL: nothing */
};

const struct repair_words *repair_words(enum finding_kind finding);

#endif
