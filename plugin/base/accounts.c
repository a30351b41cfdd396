/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * accounts.c - what this host's files say of its accounts
 */
#include "base/accounts.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

#define LOGIN_DEFS "/etc/login.defs"

uint32_t accounts_first_user(void)
{
	static char text[65536];
	int fd = open(LOGIN_DEFS, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : file_read_all(fd, text, sizeof(text));
	struct span rest = {text, n > 0 ? (size_t)n : 0}, line;
	uint64_t value = 0, one;

	if (fd >= 0)
		close(fd);
	while (text_line(&rest, &line)) {
		struct span name = text_word(&line), number = text_word(&line);

		if (span_is(name, "UID_MIN") && text_u64(number, UINT32_MAX, &one))
			value = one;
	}
	return (uint32_t)value;
}
