/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_text.c - the guard's constant words
 */
#include "advise/guard.h"

const char *guard_shown_text(enum guard_shown shown)
{
	switch (shown) {
	case GUARD_SHOWN_FILE:
		return "the program's file, its path and all above it are root's";
	case GUARD_SHOWN_PROGRAM:
		return "it is no shell, interpreter, login program or audit tool, and "
		       "not setuid";
	case GUARD_SHOWN_INODE:
		return "what ran was that very file";
	case GUARD_SHOWN_ACCOUNT:
		return "the rule is bound to an account that people cannot be";
	case GUARD_SHOWN_UNUSED:
		return "nobody who has logged in was seen to use the program";
	case GUARD_SHOWN_OBJECTS:
		return "nothing that is protected was opened or changed";
	case GUARD_SHOWN_ALL:
		return "each program whose events go is root's file";
	case GUARD_SHOWN_SESSIONS:
		return "the messages come as cron's sessions do";
	case GUARD_SHOWN_BACKED:
		return "the kernel's own records of logins bear them out";
	case GUARD_SHOWN_KINDS:
		break;
	}
	return "";
}

const char *guard_reason_name(enum guard_reason reason)
{
	static const char *const names[GUARD_REASONS] = {
		[GUARD_ALLOWED] = "allowed",     [GUARD_FORM] = "form",
		[GUARD_ALPHABET] = "alphabet",   [GUARD_INEXACT] = "inexact",
		[GUARD_ACCOUNT] = "account",     [GUARD_TYPE] = "type",
		[GUARD_FAILED] = "failed",       [GUARD_NOT_CRON] = "not_cron",
		[GUARD_PROTECTED] = "protected", [GUARD_NO_PROGRAM] = "no_program",
		[GUARD_SHELL] = "shell",         [GUARD_LOGIN] = "login",
		[GUARD_AUDIT] = "audit",         [GUARD_NOT_SEEN] = "not_seen",
		[GUARD_LINK] = "link",           [GUARD_WRITABLE] = "writable",
		[GUARD_SETUID] = "setuid",       [GUARD_INODE] = "inode",
		[GUARD_USED] = "used",           [GUARD_SHORT] = "short",
		[GUARD_OBJECT] = "object",       [GUARD_PEOPLE] = "people",
	};

	return reason < GUARD_REASONS ? names[reason] : "";
}

const char *guard_level_name(enum guard_level level)
{
	static const char *const names[GUARD_LEVELS] = {"low", "medium", "high"};

	return level < GUARD_LEVELS ? names[level] : "";
}
