/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * split.h - the fields of a record that has exactly the usual shape
 *
 * Strict, not clever: one blank between fields, each wanted field once, values
 * from a small alphabet or in plain quotes. What is not so is refused, and is
 * libauparse's to read. Everything borrows from the record's text.
 */
#ifndef NOISE_SPLIT_H
#define NOISE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* A field that is wanted of a record. */
struct wanted {
	const char *name;
	bool string; /* may be in quotes, hexadecimal or (null) */
};

/*
 * The names of the last record of a sort, in their order: the next one has
 * nearly always the same, and then each is known by one comparison.
 */
#define SHAPE_FIELDS 40
#define SHAPE_NAME   16
struct shape {
	struct shape_field {
		char name[SHAPE_NAME]; /* with its `=` */
		uint64_t mask[2];      /* all ones where @name has a byte */
		uint8_t len;           /* 0: not known */
		int8_t wanted;         /* index, -1 for none */
	} field[SHAPE_FIELDS];
};

/* One `name=value`. */
struct field {
	struct span name, value;
};

/** split_without_tail - a record's body without auditd's interpretations (0x1D) */
struct span split_without_tail(struct span body);

/**
 * split - the values of the @n fields of @wanted, absent where there is none
 * @shape: of records of this sort; zeroed at first
 * Return: false when the record has not the usual shape.
 */
bool split(struct span body, const struct wanted *wanted, size_t n, struct span *values,
	   struct shape *shape) __attribute__((warn_unused_result));

/** split_field - take one field and the blank behind it off the front of @rest */
bool split_field(struct span *rest, struct field *f) __attribute__((warn_unused_result));

/* A field's name as it stands in a record, with what parts it from others. */
#define SPLIT_WORD(name) \
	{ \
		" " name "=", sizeof(" " name "=") - 1 \
	}

/**
 * split_find - the next field of one name; words are parted by blanks and nothing else
 * @word: SPLIT_WORD()
 * @value: of the one before it; absent: the first is looked for, which may lack its blank
 * Return: false: there is no more.
 */
bool split_find(struct span body, struct span word, struct span *value)
	__attribute__((warn_unused_result));

/** split_wanted - index of the field in @wanted, -1 when it is not wanted */
int split_wanted(const struct wanted *wanted, size_t n, struct span name);

/** split_is_string - has the value a form of what the kernel calls untrusted strings? */
bool split_is_string(struct span value);

#endif
