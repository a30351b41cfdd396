/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_settings.c - any bytes as a settings file
 *
 * Holds the reader to two promises: what it accepts is printed by
 * config_print() as a file that gives the same settings again, and what it
 * refuses is refused in one line of printable ASCII with a reason in it.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The one way out when a promise is broken; the fuzzer reports it. */
static void broken(const char *what, const char *detail)
{
	fprintf(stderr, "fuzz_settings: %s: %s\n", what, detail);
	abort();
}

static void check_refusal(const struct conf_error *e)
{
	char text[sizeof(*e)];

	conf_error_text(e, text, sizeof(text));
	if (!*e->text || e->line == 0)
		broken("a refusal without a reason or a line", text);
	for (const char *p = text; *p; p++) {
		if (*p < ' ' || *p > '~')
			broken("foreign bytes in a message", text);
	}
}

static void check_prints_back(const struct config *c)
{
	static char text[2 * CONFIG_ROWS_MAX * PATH_MAX];
	int fd = memfd_create("settings", MFD_CLOEXEC);
	char reason[sizeof(struct conf_error)];
	struct conf_error e;
	struct config again;
	ssize_t n;

	if (fd < 0)
		return;
	config_print(c, fd);
	n = pread(fd, text, sizeof(text), 0);
	close(fd);
	if (n <= 0)
		broken("nothing is printed", "");
	if (config_parse(&again, c->file, (struct span){text, (size_t)n}, &e))
		broken("what is printed is refused",
		       conf_error_text(&e, reason, sizeof(reason)));
	for (size_t i = 0; i < config_n_rows; i++) {
		const struct config_row *row = &config_rows[i];

		if (memcmp((const char *)c + row->offset,
			   (const char *)&again + row->offset, row->size) != 0)
			broken("printed and read again it is another", row->name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size};
	struct conf_error e = {0};
	struct config c = {0};
	int rc = config_parse(&c, "settings", text, &e);

	if (rc == 0)
		check_prints_back(&c);
	else if (rc == -EINVAL)
		check_refusal(&e);
	else
		broken("another error than EINVAL", strerror(-rc));
	return 0;
}
