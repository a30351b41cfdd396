#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# selinux.sh - the SELinux module compiles, and labels what the program uses
#
# It is not loaded here: that needs a machine with SELinux. So this finds a
# mistake in the language, not a rule that is missing.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

need checkmodule semodule_package
policy=$srcdir/conf/selinux/audisp_noise

# compile FILE FOLDER: into a folder of its own, for checkmodule wants the module's name
compile() {
	mkdir -p "$work/$2" && checkmodule -M -m -o "$work/$2/audisp_noise.mod" "$1" >"$work/said" 2>&1
}

compiles() {
	compile "$policy.te" good && return
	cat "$work/said"
	return 1
}

package() {
	semodule_package -o "$work/module.pp" -m "$work/good/audisp_noise.mod" -f "$policy.fc" &&
		[ -s "$work/module.pp" ]
}

fails() {
	sed 's/^allow audisp_noise_t self:fifo_file/allow no_such_t self:fifo_file/' \
		"$policy.te" >"$work/bad.te"
	! compile "$work/bad.te" bad && grep -q no_such_t "$work/said"
}

# Each type that is declared labels a process or a file.
types_are_used() {
	sed -n 's/^type \(audisp_noise_[a-z_]*\);$/\1/p' "$policy.te" | while read -r type; do
		[ "$type" = audisp_noise_t ] || grep -q "object_r:$type:" "$policy.fc" || {
			echo "$type labels nothing"
			return 1
		}
	done
}

# Each type that labels is declared here or required from the system's policy.
labels_are_known() {
	sed -n 's/.*object_r:\([a-z_]*\):.*/\1/p' "$policy.fc" | sort -u | while read -r type; do
		grep -qE "^[[:blank:]]*type ([a-z_]+, )*${type}[,;]" "$policy.te" || {
			echo "$type is not declared"
			return 1
		}
	done
}

no_right_to_change_audit() {
	! grep -v '^#' "$policy.te" | grep -qE 'nlmsg_write|nlmsg_relay|execute_no_trans|sys_admin'
}

check "the module compiles" compiles
check "with its file contexts it makes a package" package
check "each of its types labels something" types_are_used
check "each label is a known type" labels_are_known
check "it gives no right to change the audit system" no_right_to_change_audit
check "a type that does not exist is found" fails
finish
