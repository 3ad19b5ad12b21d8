/* SPDX-License-Identifier: BSD-2-Clause */
#include "advise/logging.h"

#include <stdio.h>
#include <string.h>

struct logging_line {
	const char *text;     /* as it stands in the file, its indentation included */
	const char *carries;  /* what it makes visible */
	const char *presence; /* words of the configuration that say it is there; NULL: it cannot be told */
	bool is_optional;     /* newer versions only, or many lines: written as a comment */
};

struct logging_program {
	const char *name;
	const char *title;
	const char *file;
	const char *comment;  /* what begins one */
	const char *marks[6]; /* words of its files; the program with the most of them is the one; NULL ends them */
	const char *block;    /* the block around the lines: its words, should the file have it already */
	const char *before, *after;       /* that block, with what goes with it once */
	const char *note;                 /* for the whole; NULL: none */
	const struct logging_line *lines; /* ends with a NULL text */
	bool is_per_block;                /* each block of the file needs each line */
};

static const struct logging_line bind_lines[] = {
	{"\tcategory queries { sextant; };", "who asks what, over which family and transport; no outcome",
	 "category queries"},
	{"\tcategory query-errors { sextant; };", "SERVFAIL and REFUSED, with the client that got it",
	 "category query-errors"},
	{"\tcategory lame-servers { sextant; };", "servers that failed, by address; signatures that did not verify",
	 "category lame-servers"},
	{"\tcategory dnssec { sextant; };", "why validation failed", "category dnssec"},
	{"\tcategory security { sextant; };", "clients that were refused", "category security"},
	{"\tcategory responses { sextant; };", "BIND 9.20 and newer: every outcome, NOERROR and NXDOMAIN as well",
	 "category responses", true},
	{NULL},
};

static const struct logging_line unbound_lines[] = {
	{"\tlog-replies: yes", "every answer: client, name, type, response code, time taken, whether it was cached",
	 "log-replies: yes"},
	{"\tlog-tag-queryreply: yes", "the word \"reply\" before each of them", "log-tag-queryreply: yes"},
	{"\tlog-servfail: yes", "why an answer is SERVFAIL, with the server that failed", "log-servfail: yes"},
	{"\tval-log-level: 2", "why validation failed, with the server that gave the data", "val-log-level: 2"},
	{"\tlog-destaddr: yes", "newer versions: the address and transport that was asked", "log-destaddr: yes", true},
	{NULL},
};

static const struct logging_line coredns_lines[] = {
	{"    log", "every answer: client, name, type, transport, DO, response code, flags, time taken", "log"},
	{"    errors", "why an answer is SERVFAIL, with the server that failed", "errors"},
	{NULL},
};

static const struct logging_line kresd_lines[] = {
	{"modules.load('bogus_log')", "names and types that failed to validate", "bogus_log"},
	{NULL},
};

static const struct logging_line powerdns_lines[] = {
	{"quiet=no", "every answer: client, name, type, time taken, validation state, questions sent for it",
	 "quiet=no"},
	{"structured-logging=yes", "as key=\"value\", the form that is read", "structured-logging=yes"},
	{"dnssec-log-bogus=yes", "names and types that failed to validate", "dnssec-log-bogus=yes"},
	{NULL},
};

static const struct logging_line nsd_lines[] = {
	{"\tdnstap-enable: yes", "it has no query log: dnstap tells everything, to who listens on the socket",
	 "dnstap-enable: yes"},
	{"\tdnstap-socket-path: \"/run/nsd/dnstap.sock\"", "fstrm_capture writes it to a file", "dnstap-socket-path:"},
	{"\tdnstap-log-auth-query-messages: yes", "questions", "dnstap-log-auth-query-messages: yes"},
	{"\tdnstap-log-auth-response-messages: yes", "answers", "dnstap-log-auth-response-messages: yes"},
	{NULL},
};

static const struct logging_line knot_lines[] = {
	{"mod-dnstap:\n  - id: sextant\n    sink: /var/lib/knot/dnstap.tap",
	 "it has no query log: dnstap tells everything", "mod-dnstap:"},
	{"template:\n  - id: default\n    global-module: mod-dnstap/sextant",
	 "for all zones; into the template that is there", "global-module: mod-dnstap/sextant"},
	{NULL},
};

static const struct logging_line sextant_lines[] = {
	{"    log: {queries: on}", "every answer, with all there is to tell; \"sample 1/100\" where that is too much",
	 "queries: on"},
	{NULL},
};

static const struct logging_program bind = {
	.name = "bind",
	.title = "BIND 9",
	.file = "/etc/bind/named.conf.options",
	.comment = "//",
	.marks = {"listen-on-v6", "options", "allow-query", "logging", "zone", "category"},
	.block = "logging",
	.before = "logging {\n",
	.after = "\tchannel sextant {\n\t\tfile \"/var/log/named/queries.log\" versions 5 size 100m;\n\t\tseverity "
		 "info;\n"
		 "\t\tprint-time iso8601-utc;\n\t\tprint-category yes;\n\t\tprint-severity yes;\n\t};\n};\n",
	.note = "named must be able to write there: install -d -o bind -g bind /var/log/named",
	.lines = bind_lines,
};

static const struct logging_program unbound = {
	.name = "unbound",
	.title = "Unbound",
	.file = "/etc/unbound/unbound.conf.d/logging.conf",
	.comment = "#",
	.marks = {"server:", "access-control:", "forward-zone:", "interface:", "module-config:", "log-replies:"},
	.before = "server:\n",
	.after = "",
	.lines = unbound_lines,
};

static const struct logging_program coredns = {
	.name = "coredns",
	.title = "CoreDNS",
	.file = "Corefile, in each server block",
	.comment = "#",
	.marks = {".:53", "kubernetes", "loadbalance", "forward", "errors", "cache"},
	.before = "",
	.after = "",
	.lines = coredns_lines,
	.is_per_block = true,
};

static const struct logging_program kresd = {
	.name = "kresd",
	.title = "Knot Resolver 5",
	.file = "/etc/knot-resolver/kresd.conf",
	.comment = "--",
	.marks = {"net.listen", "cache.size", "net.ipv6", "policy.add", "modules.load", "modules"},
	.before = "",
	.after = "",
	.note = "It has no log of questions and answers.",
	.lines = kresd_lines,
};

static const struct logging_program powerdns = {
	.name = "powerdns",
	.title = "PowerDNS Recursor",
	.file = "/etc/powerdns/recursor.conf",
	.comment = "#",
	.marks = {"local-address", "allow-from", "forward-zones", "quiet", "quiet=no", "config-dir"},
	.before = "",
	.after = "",
	.lines = powerdns_lines,
};

static const struct logging_program nsd = {
	.name = "nsd",
	.title = "NSD",
	.file = "/etc/nsd/nsd.conf.d/dnstap.conf",
	.comment = "#",
	.marks = {"server:", "zone:", "zonefile:", "provide-xfr:", "server-count:", "dnstap:"},
	.before = "dnstap:\n",
	.after = "",
	.note = "fstrm_capture -t protobuf:dnstap.Dnstap -u /run/nsd/dnstap.sock -w /var/lib/nsd/dnstap.tap",
	.lines = nsd_lines,
};

static const struct logging_program knot = {
	.name = "knot",
	.title = "Knot DNS",
	.file = "/etc/knot/knot.conf",
	.comment = "#",
	.marks = {"server:", "template:", "storage:", "mod-dnstap:", "semantic-checks:", "dnssec-signing:"},
	.before = "",
	.after = "",
	.note = "on Debian the module is in the package knot-module-dnstap",
	.lines = knot_lines,
};

static const struct logging_program sextant = {
	.name = "sextant",
	.title = "sextantd",
	.file = "sextant.yaml, in each service",
	.comment = "#",
	.marks = {"services:", "role:"},
	.before = "",
	.after = "",
	.lines = sextant_lines,
};

const struct logging_program *const logging_programs[] = {&bind, &unbound, &coredns, &kresd, &powerdns,
							  &nsd,  &knot,    &sextant, NULL};

const char *logging_program_name(const struct logging_program *program)
{
	return program->name;
}

const char *logging_program_title(const struct logging_program *program)
{
	return program->title;
}

const struct logging_program *logging_program_find(const char *name)
{
	for (size_t i = 0; logging_programs[i] != NULL; i++) {
		if (strcmp(logging_programs[i]->name, name) == 0)
			return logging_programs[i];
	}
	return NULL;
}

/* --- A configuration as its words: comments gone, a blank between any two, and at both ends --- */

static size_t comment_size(const struct logging_program *program, const char *at, const char *end)
{
	bool is_c = strcmp(program->comment, "//") == 0;
	if (is_c && end - at >= 2 && memcmp(at, "/*", 2) == 0) {
		const char *close = memmem(at + 2, (size_t)(end - at) - 2, "*/", 2);
		return (size_t)((close != NULL ? close + 2 : end) - at);
	}
	size_t size = strlen(program->comment);
	bool is_comment = (size_t)(end - at) >= size && memcmp(at, program->comment, size) == 0;
	if (!is_comment && !(is_c && *at == '#'))
		return 0;
	const char *line_end = memchr(at, '\n', (size_t)(end - at));
	return (size_t)((line_end != NULL ? line_end : end) - at);
}

static bool is_between_words(char c)
{
	return c == '\0' || strchr(" \t\r\n;{}(),\"'", c) != NULL;
}

static void words_of(const struct logging_program *program, struct span config, struct text *out)
{
	const char *at = (const char *)config.data, *end = at + config.size;
	text_add_char(out, ' ');
	while (at < end) {
		size_t skipped = comment_size(program, at, end);
		bool is_blank = skipped > 0 || is_between_words(*at);
		if (!is_blank)
			text_add_char(out, *at);
		else if (out->data != NULL && out->data[out->size - 1] != ' ')
			text_add_char(out, ' ');
		at += skipped > 0 ? skipped : 1;
	}
	text_add_char(out, ' ');
}

/* How often the words stand there, in that order. */
static size_t words_count(const struct text *words, const char *wanted)
{
	char text[80];
	size_t count = 0;
	snprintf(text, sizeof(text), " %s ", wanted);
	for (const char *at = text_string(words); (at = strstr(at, text)) != NULL; at++)
		count++;
	return count;
}

/* Of the outermost level. */
static size_t blocks_count(const struct logging_program *program, struct span config)
{
	size_t depth = 0, count = 0;
	const char *at = (const char *)config.data, *end = at + config.size;
	while (at < end) {
		size_t skipped = comment_size(program, at, end);
		count += skipped == 0 && *at == '{' && depth == 0;
		if (skipped == 0 && *at == '{')
			depth++;
		if (skipped == 0 && *at == '}' && depth > 0)
			depth--;
		at += skipped > 0 ? skipped : 1;
	}
	return count;
}

const struct logging_program *logging_program_guess(struct span config)
{
	const struct logging_program *best = NULL;
	size_t most = 0;
	for (size_t i = 0; logging_programs[i] != NULL; i++) {
		const struct logging_program *program = logging_programs[i];
		struct text words = {0};
		size_t found = 0;
		words_of(program, config, &words);
		for (size_t m = 0; m < sizeof(program->marks) / sizeof(*program->marks) && program->marks[m] != NULL;
		     m++)
			found += words_count(&words, program->marks[m]) > 0;
		text_free(&words);
		if (found > most) {
			most = found;
			best = program;
		}
	}
	return best;
}

/* --- The lines --- */

static bool is_there(const struct logging_program *program, const struct logging_line *line, struct span config,
		     const struct text *words)
{
	if (config.data == NULL || line->presence == NULL)
		return false;
	size_t needed = program->is_per_block ? blocks_count(program, config) : 1;
	return words_count(words, line->presence) >= (needed > 0 ? needed : 1);
}

/* Texts of several lines have what they carry above them, others beside. */
static void line_add(const struct logging_program *program, const struct logging_line *line, struct text *out)
{
	size_t start = out->size;
	bool is_block = strchr(line->text, '\n') != NULL;
	if (is_block) {
		text_addf(out, "%s %s\n%s\n", program->comment, line->carries, line->text);
		return;
	}
	if (line->is_optional)
		text_addf(out, "%s ", program->comment);
	text_add(out, line->text);
	text_pad_to(out, start, 44);
	text_addf(out, " %s %s\n", program->comment, line->carries);
}

void logging_write(const struct logging_program *program, struct span config, struct text *out)
{
	struct text words = {0}, lines = {0};
	size_t missing = 0;
	if (config.data != NULL)
		words_of(program, config, &words);
	for (const struct logging_line *line = program->lines; line->text != NULL; line++) {
		if (is_there(program, line, config, &words))
			continue;
		missing += !line->is_optional;
		line_add(program, line, &lines);
	}
	text_addf(out, "%s %s: %s\n", program->comment, program->title, program->file);
	if (config.data != NULL && missing == 0)
		text_addf(out, "%s the file has all of it\n", program->comment);
	if (program->note != NULL)
		text_addf(out, "%s %s\n", program->comment, program->note);
	bool has_block = program->block != NULL && config.data != NULL && words_count(&words, program->block) > 0;
	if (has_block && missing > 0)
		text_addf(out, "%s into the \"%s\" block that is there; a channel that is there will do\n",
			  program->comment, program->block);
	if (missing > 0 || config.data == NULL) {
		text_add(out, program->before);
		text_add(out, text_string(&lines));
		text_add(out, program->after);
	}
	out->is_failed = out->is_failed || lines.is_failed || words.is_failed;
	text_free(&lines);
	text_free(&words);
}
