#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pass.sh DIRECTORY - one client's side of the real daemon, for 21-try.sh
#
# Passes all on, and sends the advice of DIRECTORY/advice behind the first summary.
socat - "UNIX-CONNECT:$1/run/socket" | awk -v file="$1/advice" '
	{ print }
	/"type":"summary"/ && !sent {
		sent = 1
		while ((getline line < file) > 0)
			print line
	}
	{ fflush() }'
