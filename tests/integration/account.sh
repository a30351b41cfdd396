#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# account.sh - the sysusers.d file makes the user that the plugin runs as
#
# In a root directory of its own: nobody is added to this system.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

need systemd-sysusers
mkdir -p "$work/root/etc" "$work/root/usr/lib/sysusers.d"
cp "$srcdir/conf/audisp-noise.sysusers" "$work/root/usr/lib/sysusers.d/audisp-noise.conf"

# field FILE NUMBER: of the line of audisp-noise
field() { awk -F: -v n="$2" '$1 == "audisp-noise" { print $n }' "$work/root/etc/$1"; }

system_number() { [ -n "$1" ] && [ "$1" -gt 0 ] && [ "$1" -lt 1000 ]; }

check "systemd-sysusers takes the file" systemd-sysusers --root="$work/root"
check "the user is no person's and not root" system_number "$(field passwd 3)"
check "its group is its own" [ "$(field passwd 4)" = "$(field group 3)" ]
check "it cannot log in" [ "$(basename "$(field passwd 7)")" = nologin ]
finish
