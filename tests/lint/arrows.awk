# SPDX-License-Identifier: GPL-2.0-or-later
#
# arrows.awk - the faults of C files, given as plugin/..., against the order of
# the folders; arrows.sh tells what it is

function fault(text) { print FILENAME ":" FNR ": " text }

function folder(name,  part) {
	return split(name, part, "/") > 2 ? part[2] : "plugin"
}

# The line without comments and without what stands in quotes.
function code(s,  out, i, c, two, quote) {
	out = quote = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		two = substr(s, i, 2)
		if (in_comment) {
			if (two == "*/") {
				in_comment = 0
				i++
			}
		} else if (quote != "") {
			if (c == "\\")
				i++
			else if (c == quote)
				quote = ""
		} else if (two == "/*") {
			in_comment = 1
			i++
		} else if (two == "//") {
			break
		} else {
			if (c == "\"" || c == "'")
				quote = c
			out = out c
		}
	}
	return out
}

function check_header(name, quoted,  target) {
	if (name ~ /(^|\/)\.\.?\//)
		fault("\"" name "\": name it from plugin/ on, as in \"base/text.h\"")
	target = ""
	if (("plugin/" name) in ours)
		target = folder("plugin/" name)
	else if (quoted)
		fault("\"" name "\": there is no such header in plugin/; a header of a library stands in <>")
	if (target == "")
		check_library(name)
	else if (target == "plugin" && where != "plugin" && where != "cli")
		fault("\"" name "\" is for plugin/*.c and cli/ alone; pass what is needed as an argument")
	else if (target == "cli" && where != "cli")
		fault("\"" name "\" is for cli/ alone")
	else if (target != where && target != "plugin" && height[target] >= height[where])
		fault("\"" name "\": " where "/ may not use " target "/, only " to_the_right[where])
	if (where in pure && name ~ /^base\/(file|log)\.h$/)
		fault("\"" name "\": " where "/ is pure; let the caller read files and say what is wrong")
}

function check_library(name) {
	if (name ~ /^auparse(-defs)?\.h$/ && where != "stream")
		fault("<" name "> is for stream/ alone, see stream/parse.h")
	if (name == "jansson.h" && where != "emit" && where != "cli")
		fault("<" name "> is for emit/ and cli/ alone, see emit/schema.h")
	if (name ~ /^(event2\/|event\.h$|ev(ent|util|http|rpc|dns)\.h$)/ && where != "emit" && where != "plugin")
		fault("<" name "> is for emit/ and plugin/*.c alone")
}

BEGIN {
	n = split("base kernel stream rules count advise emit", order, " ")
	for (i = 1; i <= n; i++) {
		height[order[i]] = i
		to_the_right[order[i]] = i == 1 ? "itself" : right
		right = right (i == 1 ? "" : ", ") order[i]
	}
	height["plugin"] = height["cli"] = n + 1
	to_the_right["plugin"] = to_the_right["cli"] = right
	pure["rules"] = pure["count"] = pure["advise"] = 1
	for (i = 1; i < ARGC; i++)
		ours[ARGV[i]] = 1
	impure = "(^|[^A-Za-z0-9_.>])(time|times|clock(_[a-z0-9_]+)?|gettimeofday|localtime(_r)?" \
		"|nanosleep|u?sleep|alarm|setitimer|timer[a-z]*_[a-z]+" \
		"|open(at)?|creat|fopen|fdopen|freopen|opendir|readdir|close|fclose|dup[23]?|pipe2?" \
		"|p?readv?|fread|fgets|getline|getdelim|f?getc|getchar|v?f?scanf" \
		"|p?writev?|fwrite|f?puts|f?putc|putchar|perror|v?[fd]?printf|fflush" \
		"|l?stat|fstat(at)?|statx?|access|f?truncate|unlink(at)?|rename(at)?|link|symlink|mkdir|rmdir|mkstemp" \
		"|readlink|realpath|f?chmod|l?f?chown|umask|fcntl|ioctl|mmap" \
		"|socket(pair)?|bind|listen|accept4?|connect|send(to|msg)?|recv(from|msg)?" \
		"|p?poll|p?select|epoll_[a-z0-9_]+|eventfd|signalfd|timerfd_[a-z]+" \
		"|getenv|secure_getenv|setenv|putenv|getrandom|getentropy|s?random|s?rand|drand48" \
		"|getpid|gettid|gete?[ug]id|getpw[a-z_]+|getgr[a-z_]+|gethostname|uname|sysconf" \
		"|fork|vfork|exec[vl]p?e?|system|popen|kill|raise|signal|sigaction|exit|_exit|abort" \
		"|syslog|log_msg|file_[a-z_]+|conf_file_load|pthread_[a-z_]+)[ \t]*\\("
}

FNR == 1 {
	in_comment = 0
	where = folder(FILENAME)
	if (!(where in height))
		fault("plugin/" where "/ has no place in the order of the folders; give it one in tests/lint/arrows.sh")
}

!in_comment && /^[ \t]*#[ \t]*include/ {
	name = $0
	sub(/^[^"<]*["<]/, "", name)
	sub(/[">].*/, "", name)
	check_header(name, $0 ~ /include[ \t]*"/)
}

{
	line = code($0)
	if (where in pure && match(line, impure)) {
		name = substr(line, RSTART, RLENGTH)
		gsub(/^[^A-Za-z_]|[ \t]*\($/, "", name)
		fault(name "(): " where "/ is pure; make what it gives an argument")
	}
	if (where in pure && match(line, /(^|[^A-Za-z0-9_])(stdin|stdout|stderr|environ)([^A-Za-z0-9_]|$)/))
		fault("a stream of the process: " where "/ is pure")
}
