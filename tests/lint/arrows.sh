#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# arrows.sh - which folder of plugin/ may use which, and who may use a library
#
#   plugin, cli -> emit -> advise -> count -> rules -> stream -> kernel -> base
#
# A file uses what stands to the right of its folder, and its own folder. The
# headers right in plugin/ are for the files there and for cli/. rules/, count/
# and advise/ are pure: time and data are arguments, so that the daemon and
# replay cannot differ; they call nothing that asks a clock, the environment, a
# descriptor or a file. Comments and strings are not looked at.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2046 # names of ours, without blanks
faults=$(LC_ALL=C awk -f tests/lint/arrows.awk $(sources plugin) </dev/null) ||
	faults="$faults
tests/lint/arrows.awk: did not run to its end"
verdict "$faults"
