#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 25-advice-loads.sh - each rule that replay's tests see advised is one that auditctl loads
#
# Gathers the rules of all advice that the tests of replay come by, while their files are
# there; each is loaded alone and deleted again, then all of them as one file, together
# with the sample sets of auditd. As in 14-rules.sh audit is switched off meanwhile.
# shellcheck source=tests/system/lib.sh disable=SC2317
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/loads.sh
. "$srcdir/tests/system/loads.sh"

[ -d "$samples" ] || skip "no sample rules in $samples; SAMPLE_RULES names another directory"

sys_begin jq
aunoise=${AUNOISE:-$builddir/plugin/aunoise}
case $aunoise in /*) ;; *) aunoise=$builddir/$aunoise ;; esac
[ -x "$aunoise" ] || die "aunoise is not built: make builds it"
echo "-D" >"$T/rules" # first of all: whatever is loaded here goes again
auditctl -e 0 >/dev/null
for file in known advised nowhere refused; do : >"$T/$file"; done

# In the place of aunoise: does what it was asked for, and loads what it has advised.
cat >"$T/aunoise" <<'SCRIPT'
#!/bin/sh
T=${0%/*}
. "$LOADS"
"$AUNOISE_ITSELF" "$@" >"$T/out"
status=$?
cat "$T/out"
jq -Rr 'fromjson? | select(.type? == "advice").rules[]' "$T/out" >"$T/out.rules"
while read -r rule; do
	grep -qxF -e "$rule" "$T/known" && continue
	printf '%s\n' "$rule" >>"$T/known"
	load_alone "$rule"
done <"$T/out.rules"
exit $status
SCRIPT
chmod 0755 "$T/aunoise"

for test in noise findings rules; do
	run env AUNOISE="$T/aunoise" AUNOISE_ITSELF="$aunoise" LOADS="$srcdir/tests/system/loads.sh" \
		sh "$srcdir/tests/integration/$test.sh"
	case $? in
	0 | 77) ;;
	*) fail "$test.sh fails: $(tail -n 20 "$T/run.out")" ;;
	esac
done
check "there was advice: $(lines "$T/known") rules" [ "$(lines "$T/known")" -ge 10 ]
one_file
sys_end
