# SPDX-License-Identifier: GPL-2.0-or-later
#
# Prints "file:line:code" of C sources, without comments, without what is in
# strings and characters, without lines that are empty then.

FNR == 1 { comment = 0 }

{
	rest = $0
	code = ""
	while (rest != "") {
		if (comment) {
			at = index(rest, "*/")
			if (!at)
				break
			rest = substr(rest, at + 2)
			comment = 0
		} else if (match(rest, /\/\*|\/\/|"(\\.|[^"\\])*"|'(\\.|[^'\\])+'/)) {
			token = substr(rest, RSTART, RLENGTH)
			code = code substr(rest, 1, RSTART - 1)
			rest = substr(rest, RSTART + RLENGTH)
			if (token == "//")
				break
			if (token == "/*")
				comment = 1
			else
				code = code substr(token, 1, 1) substr(token, 1, 1)
		} else {
			code = code rest
			break
		}
	}
	if (code ~ /[^ \t]/)
		print FILENAME ":" FNR ":" code
}
