/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit-fixture.h"

#include <stdio.h>

/* want NULL: satisfied, nothing changes. */
static const struct row {
	const char *name, *path, *base, *import, *want;
} rows[] = {
	{ "python: empty file", "a.py", "", "import os", "import os\n" },
	{ "python: code only", "a.py", "x = 1\n", "import os", "import os\n\nx = 1\n" },
	{ "python: there already", "a.py", "import os\n", "import os", NULL },
	{ "python: there in a list", "a.py", "from a import (b,\n    c)\n",
	  "from a import c", NULL },
	{ "python: there among several", "a.py", "import sys, os  # both\n", "import os", NULL },
	{ "python: other name of it", "a.py", "import numpy\n", "import numpy as np",
	  "import numpy\nimport numpy as np\n" },
	{ "python: sorted", "a.py", "import abc\nimport sys\n", "import os",
	  "import abc\nimport os\nimport sys\n" },
	{ "python: unsorted", "a.py", "import sys\nimport abc\nimport re\n", "import os",
	  "import sys\nimport abc\nimport re\nimport os\n" },
	{ "python: from after import", "a.py", "import os\nfrom abc import ABC\n",
	  "import sys", "import os\nimport sys\nfrom abc import ABC\n" },
	{ "python: groups", "a.py",
	  "import os\nimport sys\n\nimport numpy\n\nfrom . import x\n\nprint()\n",
	  "import requests",
	  "import os\nimport sys\n\nimport numpy\nimport requests\n\nfrom . import x\n\nprint()\n" },
	{ "python: the group is not there", "a.py", "import os\n\nfrom . import x\n",
	  "import numpy", "import os\n\nimport numpy\n\nfrom . import x\n" },
	{ "python: standard library first", "a.py", "import numpy\n", "import os",
	  "import os\n\nimport numpy\n" },
	{ "python: shebang, coding, license, docstring, future", "a.py",
	  "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n# Copyright X\n\n"
	  "\"\"\"Doc.\n\nimport not_this\n\"\"\"\n\nfrom __future__ import annotations\n\nx = 1\n",
	  "import os",
	  "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n# Copyright X\n\n"
	  "\"\"\"Doc.\n\nimport not_this\n\"\"\"\n\nfrom __future__ import annotations\n\n"
	  "import os\n\nx = 1\n" },
	{ "python: docstring only", "a.py", "'''Doc.'''\nx = 1\n", "import os",
	  "'''Doc.'''\n\nimport os\n\nx = 1\n" },
	{ "python: future", "a.py", "\"\"\"Doc.\"\"\"\n\nimport os\n",
	  "from __future__ import annotations",
	  "\"\"\"Doc.\"\"\"\n\nfrom __future__ import annotations\n\nimport os\n" },
	{ "python: try", "a.py",
	  "import os\ntry:\n    import json\nexcept ImportError:\n    json = None\n\nx = 1\n",
	  "import sys",
	  "import os\nimport sys\ntry:\n    import json\nexcept ImportError:\n"
	  "    json = None\n\nx = 1\n" },
	{ "python: the seed", "utils.py", "def f():\n    return helper()\n",
	  "from new_module import helper",
	  "from new_module import helper\n\ndef f():\n    return helper()\n" },
	{ "python: two at once, one there", "a.py", "import os\n", "import os\nimport sys\n",
	  "import os\nimport sys\n" },
	{ "python: CRLF", "a.py", "import os\r\nx = 1\r\n", "import sys",
	  "import os\r\nimport sys\r\nx = 1\r\n" },
	{ "python: by shebang", "tool", "#!/usr/bin/python3 -u\nimport os\n", "import sys",
	  "#!/usr/bin/python3 -u\nimport os\nimport sys\n" },
	{ "python: last line without end", "a.py", "import os", "import sys",
	  "import os\nimport sys" },
	{ "python: inside a function is elsewhere", "a.py",
	  "import os\n\ndef f():\n    import sys\n", "import sys",
	  "import os\nimport sys\n\ndef f():\n    import sys\n" },

	{ "c: sorted", "a.c", "#include <a.h>\n#include <c.h>\n\nint x;\n", "#include <b.h>",
	  "#include <a.h>\n#include <b.h>\n#include <c.h>\n\nint x;\n" },
	{ "c: there, spaced", "a.c", "#  include  <a.h> /* a */\n", "#include <a.h>", NULL },
	{ "c: quotes are another", "a.c", "#include <a.h>\n", "#include \"a.h\"",
	  "#include <a.h>\n\n#include \"a.h\"\n" },
	{ "c: groups", "a.c",
	  "#include \"own.h\"\n\n#include <stdio.h>\n#include <string.h>\n\n"
	  "#include \"b.h\"\n#include \"d.h\"\n",
	  "#include <stdlib.h>",
	  "#include \"own.h\"\n\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\n"
	  "#include \"b.h\"\n#include \"d.h\"\n" },
	{ "c: own header stays first", "a.c", "#include \"own.h\"\n\nint x;\n",
	  "#include \"b.h\"", "#include \"own.h\"\n#include \"b.h\"\n\nint x;\n" },
	{ "c: license", "a.c", "/*\n * License: x\n */\nint x;\n", "#include <a.h>",
	  "/*\n * License: x\n */\n\n#include <a.h>\n\nint x;\n" },
	{ "c: the comment of a function", "a.c", "/* Does f. */\nint f(void);\n",
	  "#include <a.h>", "#include <a.h>\n\n/* Does f. */\nint f(void);\n" },
	{ "c: guard", "a.h", "#ifndef A_H\n#define A_H\n\nint f(void);\n\n#endif\n",
	  "#include <a.h>",
	  "#ifndef A_H\n#define A_H\n\n#include <a.h>\n\nint f(void);\n\n#endif\n" },
	{ "c: guard with includes", "a.h",
	  "#ifndef A_H\n#define A_H\n#include <a.h>\nint f(void);\n#endif\n", "#include <b.h>",
	  "#ifndef A_H\n#define A_H\n#include <a.h>\n#include <b.h>\nint f(void);\n#endif\n" },
	{ "c: pragma once", "a.hpp", "#pragma once\n\nint f();\n", "#include <vector>",
	  "#pragma once\n\n#include <vector>\n\nint f();\n" },
	{ "c: under a condition", "a.c",
	  "#include <a.h>\n#ifdef X\n#include <b.h>\n#endif\nint x;\n", "#include <b.h>",
	  "#include <a.h>\n#include <b.h>\n#ifdef X\n#include <b.h>\n#endif\nint x;\n" },
	{ "c: feature macro", "a.c", "#define _GNU_SOURCE\nint x;\n", "#include <a.h>",
	  "#define _GNU_SOURCE\n\n#include <a.h>\n\nint x;\n" },

	{ "js: use strict", "a.js", "'use strict';\n\nfoo();\n", "import a from 'a';",
	  "'use strict';\n\nimport a from 'a';\n\nfoo();\n" },
	{ "js: there with others", "a.ts", "import { a, b } from \"x\"\n",
	  "import { b } from 'x';", NULL },
	{ "js: after the last", "a.js", "import b from 'b';\nimport {\n  c,\n} from './c';\n\nf();\n",
	  "import d from './d';",
	  "import b from 'b';\nimport {\n  c,\n} from './c';\nimport d from './d';\n\nf();\n" },
	{ "js: require", "a.js", "const a = require('a');\nconst c = require(\"./c\");\n",
	  "const b = require('b');",
	  "const a = require('a');\nconst b = require('b');\nconst c = require(\"./c\");\n" },
	{ "js: shebang", "a.mjs", "#!/usr/bin/env node\nf();\n", "import 'x';",
	  "#!/usr/bin/env node\nimport 'x';\n\nf();\n" },

	{ "go: none", "a.go", "// doc\npackage main\n\nfunc main() {\n}\n", "import \"fmt\"",
	  "// doc\npackage main\n\nimport \"fmt\"\n\nfunc main() {\n}\n" },
	{ "go: single becomes a block", "a.go", "package main\n\nimport \"os\"\n\nvar x int\n",
	  "\"fmt\"", "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nvar x int\n" },
	{ "go: block", "a.go", "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\n\t\"x.org/y\"\n)\n",
	  "import \"io\"",
	  "package main\n\nimport (\n\t\"fmt\"\n\t\"io\"\n\t\"os\"\n\n\t\"x.org/y\"\n)\n" },
	{ "go: group of others", "a.go", "package main\n\nimport (\n\t\"fmt\"\n)\n",
	  "import y \"x.org/y\"", "package main\n\nimport (\n\t\"fmt\"\n\n\ty \"x.org/y\"\n)\n" },
	{ "go: there", "a.go", "package main\n\nimport (\n\t\"fmt\"\n)\n", "import \"fmt\"", NULL },
	{ "go: cgo stays alone", "a.go", "package main\n\n// #include <a.h>\nimport \"C\"\n",
	  "import \"fmt\"",
	  "package main\n\n// #include <a.h>\nimport \"C\"\nimport \"fmt\"\n" },

	{ "rust: sorted", "a.rs", "use std::fmt;\nuse std::io;\n\nfn f() {}\n", "use std::fs;",
	  "use std::fmt;\nuse std::fs;\nuse std::io;\n\nfn f() {}\n" },
	{ "rust: inner attributes", "a.rs", "//! Doc.\n#![allow(dead_code)]\n\nfn f() {}\n",
	  "use std::fs;", "//! Doc.\n#![allow(dead_code)]\n\nuse std::fs;\n\nfn f() {}\n" },
	{ "java: package", "A.java", "package a.b;\n\nclass A {}\n", "import java.util.List;",
	  "package a.b;\n\nimport java.util.List;\n\nclass A {}\n" },
	{ "java: sorted", "A.java",
	  "package a;\n\nimport java.io.File;\nimport java.util.Set;\n\nclass A {}\n",
	  "import java.util.List;",
	  "package a;\n\nimport java.io.File;\nimport java.util.List;\nimport java.util.Set;\n\n"
	  "class A {}\n" },
	{ "java: there", "A.java", "import a.B;\n", "import a.B", NULL },
	{ "shell", "a.sh", "#!/bin/sh\n# What it does.\n\nset -e\n. ./a.sh\nf\n", ". ./b.sh",
	  "#!/bin/sh\n# What it does.\n\nset -e\n. ./a.sh\n. ./b.sh\nf\n" },
	{ "shell: none", "a.sh", "#!/bin/sh\nf\n", ". ./b.sh", "#!/bin/sh\n. ./b.sh\n\nf\n" },
	{ "other: like its kind", "a.rb", "# frozen\n\nrequire 'a'\nrequire 'c'\n\nf\n",
	  "require 'b'", "# frozen\n\nrequire 'a'\nrequire 'b'\nrequire 'c'\n\nf\n" },
	{ "other: none", "a.lua", "f()\n", "local x = require \"x\"",
	  "local x = require \"x\"\n\nf()\n" },
};

static int complaints;

static void complain(const struct row *row, const char *what, const char *detail)
{
	fprintf(stderr, "# %s: %s: %s\n", row->name, what, detail);
	complaints++;
}

static void run_row(const struct row *row)
{
	struct case_file tree[CASE_FILES] = { { row->path, span_of(row->base), 0 } };
	struct edit edit = { .kind = EDIT_ADD_IMPORT, .file = row->path,
			     .import_line = span_of(row->import) };
	const char *want = row->want ? row->want : row->base;
	const struct file_change *changes;
	struct source source;
	struct resolver *r = fake_resolver(&source, tree);
	struct edit_result result;
	size_t n;

	edit_result_init(&result);
	ok(resolver_apply(r, &edit, &result));
	if (result.status != (row->want ? EDIT_APPLIED : EDIT_SATISFIED))
		complain(row, edit_status_name(result.status), result.reason.buf);
	/* Once more is no more. */
	edit.index = 1;
	ok(resolver_apply(r, &edit, &result));
	if (result.status != EDIT_SATISFIED)
		complain(row, "again", edit_status_name(result.status));
	ok(resolver_changes(r, &changes, &n));
	if (n != (row->want ? 1 : 0) || (n && !span_eqs(changes[0].bytes, want)))
		complain(row, "became", n ? changes[0].bytes.ptr : "");
	edit_result_release(&result);
	resolver_free(r);
}

static void test_imports(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		run_row(&rows[i]);
	assert_int_equal(complaints, 0);
}

#define IMPORT(p, s) { { .kind = EDIT_ADD_IMPORT, .file = p, .import_line = SPAN(s) }, \
		       EDIT_APPLIED, NULL }

static void test_several(void **state)
{
	static const struct edit_case cases[] = {
		{ "one after the other is sorted too",
		  { { "a.py", SPAN("import abc\nimport zlib\n"), 0 } },
		  { IMPORT("a.py", "import re"), IMPORT("a.py", "import os") },
		  { { "a.py", SPAN("import abc\nimport os\nimport re\nimport zlib\n"), 0 } },
		  { 0 } },
		{ "a block that was just made",
		  { { "a.go", SPAN("package a\n\nimport \"b\"\n"), 0 } },
		  { IMPORT("a.go", "import \"a\""), IMPORT("a.go", "import \"c\"") },
		  { { "a.go", SPAN("package a\n\nimport (\n\t\"a\"\n\t\"b\"\n\t\"c\"\n)\n"), 0 } },
		  { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		run_edit_case(&cases[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_imports),
		cmocka_unit_test(test_several),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
