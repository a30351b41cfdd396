# SPDX-License-Identifier: GPL-2.0-or-later
# oracle.awk - counts a stream of audit records in the plainest way
#
# usage: LC_ALL=C awk -v unended=0|1 -f oracle.awk < stream | LC_ALL=C sort
# unended: 1 where the last line has no newline. NUL bytes must be gone before.
# Prints `total EVENTS RECORDS BYTES`, `bad LINES`, and for each type, key and
# executable `type NAME ...`, `key NAME ...`, `exe NAME kernel|claimed ...`.
# Names as show.jq writes them.

function safe(s) { return s ~ /^[A-Za-z0-9\/._+:-]+$/ && s !~ /^\(/ }

# Text or hexadecimal digits as a name.
function shown(s, i, out) {
	if (length(s) > 256)
		s = substr(s, 1, 256)
	if (safe(s))
		return s
	for (i = 1; i <= length(s); i++)
		out = out sprintf("%02x", code[substr(s, i, 1)])
	return "hex:" out
}

function unhex(s, i, out) {
	for (i = 1; i < length(s); i += 2)
		out = out sprintf("%c", 16 * digit[substr(s, i, 1)] + digit[substr(s, i + 1, 1)])
	return out
}

# The value of a field, which ends at a blank, as text; quotes may hold blanks.
function value(raw) {
	if (substr(raw, 1, 1) == "\"") {
		raw = substr(raw, 2)
		return substr(raw, 1, index(raw, "\"") - 1)
	}
	sub(/[ '].*/, "", raw)
	if (raw == "(null)")
		return "\001none"
	if (length(raw) % 2 == 0 && raw ~ /^[0-9A-F]+$/)
		return unhex(raw)
	return raw
}

function add(what, name, event, n_bytes) {
	if (!((what, name, event) in seen)) {
		seen[what, name, event] = 1
		events[what " " name]++
	}
	records[what " " name]++
	bytes[what " " name] += n_bytes
}

function see_keys(event, body, at, raw, n, i, part) {
	at = index(body, " key=")
	if (!at)
		return
	raw = value(substr(body, at + 5))
	if (raw == "\001none")
		return
	n = split(raw, part, "\001")
	for (i = 1; i <= n; i++)
		if (part[i] != "" && !((event, part[i]) in has_key)) {
			has_key[event, part[i]] = 1
			keys[event] = keys[event] (n_keys[event]++ ? "\n" : "") part[i]
		}
}

# The last exe= of a claim, the only one of a kernel record.
function see_exe(event, body, how, at, raw) {
	while (at = index(body, " exe=")) {
		body = substr(body, at + 5)
		raw = body
	}
	if (raw != "")
		exe[event] = shown(value(raw)) " " how
	asked[event] = 1
}

BEGIN {
	for (i = 0; i < 256; i++)
		code[sprintf("%c", i)] = i
	for (i = 0; i < 16; i++)
		digit[substr("0123456789ABCDEF", i + 1, 1)] = i
	companion = " CWD PATH PROCTITLE EOE EXECVE SOCKADDR BPRM_FCAPS "
}

{
	size = length($0) + 1
	last_size = size
	if ($0 !~ /^(node=[^ ]* )?type=[A-Za-z0-9_-]+(\[[0-9]+\])? msg=audit\([0-9]+(\.[0-9]+)?:[0-9]+\):/ ||
	    $0 ~ /:[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]+\):/) {
		bad++
		last = ""
		next
	}
	node = ""
	rest = $0
	if (substr(rest, 1, 5) == "node=") {
		node = substr(rest, 1, index(rest, " "))
		rest = substr(rest, length(node) + 1)
	}
	type = substr(rest, 6, index(rest, " ") - 6)
	rest = substr(rest, index(rest, "msg=audit("))
	event = node substr(rest, 1, index(rest, ")"))
	body = substr(rest, index(rest, ")") + 2)
	sub(/\035.*/, "", body)

	total_records++
	total_bytes += size
	if (!(event in n_records))
		total_events++
	n_records[event]++
	n_bytes[event] += size
	add("type", type, event, size)
	last = event
	last_type = type

	if (type == "SYSCALL" || type == "URINGOP") {
		see_keys(event, body)
		delete exe[event]
		see_exe(event, body, "kernel")
		ruled[event] = 1
	} else if (type ~ /^(USER|CRED|TRUSTED_APP)/) {
		see_exe(event, body, "claimed")
	} else if (!asked[event] && !index(companion, " " type " ")) {
		see_exe(event, body, "kernel")
	}
}

END {
	if (unended && last != "") {
		total_bytes--
		n_bytes[last]--
		bytes["type " last_type]--
	}
	for (event in n_records) {
		n = n_keys[event] ? split(keys[event], part, "\n") : 0
		for (i = 1; i <= n || (i == 1 && !n); i++) {
			name = "key " (n ? shown(part[i]) : "(none)")
			events[name]++
			records[name] += n_records[event]
			bytes[name] += n_bytes[event]
		}
		if (event in exe) {
			name = "exe " exe[event]
			events[name]++
			records[name] += n_records[event]
			bytes[name] += n_bytes[event]
		}
	}
	printf "total %.0f %.0f %.0f\n", total_events, total_records, total_bytes
	printf "bad %.0f\n", bad
	for (name in records)
		printf "%s %.0f %.0f %.0f\n", name, events[name], records[name], bytes[name]
}
