# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reads "file:line:#include ..." of all sources; -v street="base < sys < ..." and
# -v headers="src/base/err.h ...".
# A module is a stem: x.c and x.h.

BEGIN {
	n = split(street, rooms, / *< */)
	for (i = 1; i <= n; i++)
		rank[rooms[i]] = i

	n = split(headers, names, " ")
	for (i = 1; i <= n; i++)
		is_header[names[i]] = 1

	# One foreign library, one room.
	owner["git2"] = "^src/repo/"
	owner["curl"] = "^src/sys/http[.]c$"
	owner["jansson"] = "^src/sys/json[.]c$"
	owner["pcre2"] = "^src/sys/regex_state[.]h$"
	owner["yaml"] = "^src/issue/[^/]*[.]c$"
	pure = "^(base|plan|edit|issue)$"
	io = "^(unistd|fcntl|poll|signal|time|dirent|spawn|pthread|netdb|(sys|netinet|arpa|linux)/.*)[.]h$"
}

function say(what)
{
	print file ":" line ": " what
}

function room_of(path,    parts)
{
	split(path, parts, "/")
	return parts[1]
}

function stem_of(path)
{
	sub(/[.][ch]$/, "", path)
	return path
}

function foreign(header,    library)
{
	library = header
	sub(/[\/.].*/, "", library)
	if (library in owner && file !~ owner[library])
		say("<" header "> may be included by " owner[library] " only")
	if (library == "git2" && file ~ /[.]h$/)
		git_header[path] = 1
	if (room ~ pure && header ~ io && header != "sys/types.h")
		say("<" header ">: " room "/ does no I/O and reads no clock")
}

function ours(header,    other)
{
	other = room_of(header)
	if (header !~ /\//) {
		say("\"" header "\": name the room, \"room/file.h\"")
		return
	}
	if (!(other in rank))
		say(other "/ is not on the street")
	else if (room in rank && rank[other] > rank[room])
		say(room "/ may not include \"" header "\": includes point left only")
	if (room ~ pure && other == "sys" && header !~ /^sys\/(json|regex)[.]h$/)
		say(room "/ may include sys/json.h and sys/regex.h only of sys/")
	if (stem_of(header) != stem_of(path)) {
		edge[stem_of(path)] = edge[stem_of(path)] " " stem_of(header)
		where[stem_of(path), stem_of(header)] = file ":" line
	}
	user[header] = user[header] " " file
	if (!(file in first))
		first[file] = header
}

{
	# file:line:#include <x> or "x"
	file = $0; sub(/:.*/, "", file)
	line = substr($0, length(file) + 2); sub(/:.*/, "", line)
	path = file; sub(/^src\//, "", path)
	room = room_of(path)
	if (file !~ /^src\/[^\/]+\/[^\/]+$/ && path != "main.c")
		say("sources are in src/<room>/, and src/main.c")
	else if (!(room in rank))
		say(room "/ is not on the street")
	header = $0
	if (match(header, /<[^>]*>/))
		foreign(substr(header, RSTART + 1, RLENGTH - 2))
	else if (match(header, /"[^"]*"/))
		ours(substr(header, RSTART + 1, RLENGTH - 2))
	seen[file] = 1
}

function visit(node,    i, n, next_nodes)
{
	state[node] = 1
	n = split(edge[node], next_nodes, " ")
	for (i = 1; i <= n; i++) {
		if (state[next_nodes[i]] == 1)
			print where[node, next_nodes[i]] ": a circle: " node " and " \
				next_nodes[i] " reach each other"
		else if (!state[next_nodes[i]])
			visit(next_nodes[i])
	}
	state[node] = 2
}

END {
	for (node in edge)
		if (!state[node])
			visit(node)
	for (header in git_header) {
		n = split(user[header], users, " ")
		for (i = 1; i <= n; i++)
			if (users[i] !~ /^src\/repo\//)
				print users[i] ":1: " header " brings git2.h out of src/repo/"
	}
	# A header that needs what others include before it is found out at home.
	for (file in seen) {
		header = file
		sub(/^src\//, "", header)
		if (header !~ /[.]c$/)
			continue
		sub(/[.]c$/, ".h", header)
		if (("src/" header) in is_header && first[file] != header)
			print file ":1: include \"" header "\" first"
	}
}
