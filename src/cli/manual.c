/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/manual.h"

#include "cli/arguments.h"
#include "cli/help.h"
#include "cli/mdoc.h"
#include "config/option.h"
#include "signals/sensors/runbook.h"

#include <errno.h>

#define MANUAL_DATE "November 22, 2026"

static void add_head(struct text *out, const char *name, const char *section, const char *summary)
{
	struct text title = {0};
	for (const char *at = name; *at != '\0'; at++)
		text_add_char(&title, *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at);
	text_addf(out, ".Dd " MANUAL_DATE "\n.Dt %s %s\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n", text_string(&title), section,
		  name, summary);
	text_free(&title);
}

/* --- sextant(1) --- */

static void add_option(struct text *out, const struct cli_option *row)
{
	text_add(out, ".It");
	if (row->letter != 0)
		text_addf(out, " Fl %c%s", row->letter, row->name[0] != '\0' ? " ," : "");
	if (row->name[0] != '\0')
		text_addf(out, " Fl \\-%s", row->name);
	if (row->argument != NULL)
		text_addf(out, " Ar %s", row->argument);
	text_add_char(out, '\n');
	mdoc_text(out, row->help);
}

static void add_options(struct text *out, const struct cli_option *rows)
{
	if (rows == NULL || rows->name == NULL)
		return;
	text_add(out, ".Bl -tag -width Ds\n");
	for (; rows->name != NULL; rows++)
		add_option(out, rows);
	text_add(out, ".El\n");
}

static void add_command(struct text *out, const struct command *command)
{
	text_addf(out, ".Ss %s\n.Nm\n.Cm %s\n.Op Ar options\n", command->name, command->name);
	if (command->usage[0] != '\0') {
		text_add(out, ".Ar ");
		mdoc_argument(out, command->usage);
		text_add_char(out, '\n');
	}
	text_add(out, ".Pp\n");
	mdoc_text(out, command->description);
	add_options(out, command->options);
}

static void write_sextant(struct text *out)
{
	add_head(out, "sextant", "1", "operate, check and ask DNS services");
	text_add(out, ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar options\n.Op Ar operands\n.Sh DESCRIPTION\n");
	mdoc_text(out, "The operator's command of Sextant, an IPv6-first DNS system. Options may stand before or "
		       "behind the command "
		       "and its operands. Findings and data go to standard output, messages to standard error.");
	text_add(out, ".Pp\nThe commands:\n.Bl -tag -width Ds\n");
	for (size_t i = 0; commands[i] != NULL; i++) {
		text_addf(out, ".It Cm %s\n", commands[i]->name);
		mdoc_text(out, commands[i]->summary);
	}
	text_add(out, ".El\n.Ss Global options\n");
	add_options(out, global_options);
	text_add(out, ".Sh COMMANDS\n");
	for (size_t i = 0; commands[i] != NULL; i++)
		add_command(out, commands[i]);
	text_add(out,
		 ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev SEXTANT_CONFIG\nThe configuration, where\n.Fl \\-config\n"
		 "is not given.\n.It Ev NO_COLOR\nNot empty: no colours.\n.El\n"
		 ".Sh FILES\n.Bl -tag -width Ds\n.It Pa /etc/sextant/sextant.yaml\nThe configuration.\n.El\n"
		 ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (const struct exit_code_row *row = exit_code_rows; row->meaning != NULL; row++) {
		text_addf(out, ".It %d\n", row->code);
		mdoc_text(out, row->meaning);
	}
	text_add(out, ".El\n.Sh SEE ALSO\n.Xr sextant.yaml 5 ,\n.Xr sextant-findings 7 ,\n.Xr sextantd 8\n");
}

/* --- sextantd(8) --- */

static void write_sextantd(struct text *out)
{
	add_head(out, "sextantd", "8", "DNS service daemon");
	text_add(out, ".Sh SYNOPSIS\n.Nm\n.Op Fl \\-config Ar FILE\n.Op Fl \\-lab\n.Nm\n.Fl \\-help\n.Nm\n.Fl "
		      "\\-version\n.Sh DESCRIPTION\n");
	mdoc_text(out, "Serves the zones of its configuration over IPv6 and IPv4, UDP and TCP. It runs in the "
		       "foreground, logs to "
		       "standard error unless the configuration says otherwise, and ends within 5 seconds of SIGTERM "
		       "or SIGINT.\n\n"
		       "A listener whose address is on no interface yet is waiting: it is logged, shown by sextant "
		       "status, and the "
		       "node is not ready. An address that another program holds is an error that names the program.");
	text_add(out, ".Bl -tag -width Ds\n.It Fl c , Fl \\-config Ar FILE\n"
		      "The configuration, see\n.Xr sextant.yaml 5 .\n"
		      "Else\n.Ev SEXTANT_CONFIG ,\nelse\n.Pa /etc/sextant/sextant.yaml .\n"
		      ".It Fl \\-lab\n");
	mdoc_text(
		out,
		"Runs any configuration on this host without root. Listeners on addresses that no interface has, and "
		"on "
		"wildcards, move to ::1 and 127.0.0.1. Ports below 1024 become 5300 or the next free one. The control "
		"socket is in the folder run beside the configuration. The start log says what was moved.");
	text_add(out,
		 ".It Fl h , Fl \\-help\nShort help.\n.It Fl V , Fl \\-version\nThe version.\n.El\n"
		 ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev SEXTANT_CONFIG\nThe configuration.\n"
		 ".It Ev SEXTANT_LOG_FORMAT\njson or text; overrides observability.log.format.\n"
		 ".It Ev RUNTIME_DIRECTORY\nWhere the control socket lies, unless node.run-dir says otherwise.\n"
		 ".It Ev STATE_DIRECTORY\nWhere the history and the state of trust anchors lie, unless\nnode.state-dir says "
		 "otherwise.\n"
		 ".It Ev NOTIFY_SOCKET , WATCHDOG_USEC\nSet by a service manager that wants to hear READY=1, STOPPING=1 and "
		 "WATCHDOG=1.\n.El\n"
		 ".Sh SIGNALS\n.Bl -tag -width Ds\n.It Dv SIGHUP\nReloads, as\n.Ql sextant reload\ndoes.\n"
		 ".It Dv SIGUSR1\nOpens log files again, once they were renamed.\n"
		 ".It Dv SIGTERM , SIGINT\nAnswers what was received, then ends.\n.El\n"
		 ".Sh EXIT STATUS\n.Bl -tag -width Ds\n.It 0\nStopped as asked.\n.It 1\nCould not start.\n"
		 ".It 2\nBad usage, or a configuration that cannot be read.\n.El\n"
		 ".Sh SEE ALSO\n.Xr sextant 1 ,\n.Xr sextant.yaml 5\n");
}

/* --- sextant.yaml(5) --- */

static const char *default_words(const struct option *option)
{
	if (option->default_text != NULL)
		return option->default_text;
	return option->flags & OPTION_REQUIRED ? "none, it must be given" : "not set";
}

/* Rows spell help in lower case and without a full stop: a page wants a sentence. */
static void add_sentence(struct text *out, const char *text)
{
	struct text sentence = {0};
	text_add(&sentence, text);
	if (sentence.data != NULL && *sentence.data >= 'a' && *sentence.data <= 'z')
		*sentence.data = (char)(*sentence.data - 'a' + 'A');
	text_add_char(&sentence, '.');
	mdoc_text(out, text_string(&sentence));
	text_free(&sentence);
}

static void add_row(struct text *out, const struct option *option)
{
	text_addf(out, ".It Ic %s\n", option->path);
	add_sentence(out, option->help);
	if (option->kind != OPTION_SECTION && option->kind != OPTION_NAMED) {
		struct text allowed = {0};
		text_add(&allowed, "allowed: ");
		option_describe(option, &allowed);
		text_add(&allowed, "; default: ");
		text_add(&allowed, default_words(option));
		add_sentence(out, text_string(&allowed));
		text_free(&allowed);
	}
	mdoc_text(out, option->text);
	if (option_role(option) != NULL) {
		struct text role = {0};
		text_addf(&role, "For services of role %s only.", option_role(option));
		mdoc_text(out, text_string(&role));
		text_free(&role);
	}
}

static void write_yaml(struct text *out)
{
	add_head(out, "sextant.yaml", "5", "configuration of Sextant");
	text_add(out, ".Sh DESCRIPTION\n");
	mdoc_text(out, "A YAML 1.2 file in UTF-8. Anchors, aliases and tags are not used. Unknown keys, keys given "
		       "twice and values "
		       "outside their range are errors: the daemon refuses the file, and on a reload keeps the old "
		       "configuration.\n\n"
		       "Addresses are written address or address@port. Durations have a unit: 500ms, 10s, 2m, 1h, 7d. "
		       "Paths that do "
		       "not begin with a slash start at the folder of the file. An IPv6 address that ends in a colon "
		       "must be quoted.");
	text_add(out, ".Sh OPTIONS\nA * stands for a name of your choice.\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < option_count; i++)
		add_row(out, &option_rows[i]);
	text_add(out, ".El\n.Sh FILES\n.Bl -tag -width Ds\n.It Pa /etc/sextant/sextant.yaml\nThe usual place.\n.El\n"
		      ".Sh EXAMPLES\nThe smallest useful file:\n.Bd -literal -offset indent\n"
		      "version: 1\nservices:\n  public:\n    role: authoritative\n    listen: [\"2001:db8:10::53\", "
		      "192.0.2.53]\n"
		      "    zones: [example.com]\nzones:\n  example.com: {file: example.com.zone}\n.Ed\n"
		      "The smallest resolver, for an IPv6-only network behind NAT64:\n.Bd -literal -offset indent\n"
		      "version: 1\nservices:\n  lan:\n    role: resolver\n    listen: [\"2001:db8:64::53\"]\n"
		      "    families: [ipv6]\n    allow: [2001:db8:64::/48]\n    dns64: {prefix: \"64:ff9b::/96\"}\n.Ed\n"
		      ".Sh SEE ALSO\n.Xr sextant 1 ,\n.Xr sextant-findings 7 ,\n.Xr sextantd 8\n");
}

/* --- sextant-findings(7) --- */

/* A line a paragraph. */
static void add_paragraphs(struct text *out, const char *text)
{
	while (*text != '\0') {
		size_t size = strcspn(text, "\n");
		struct text paragraph = {0};
		text_add_size(&paragraph, text, size);
		text_add(out, ".Pp\n");
		mdoc_text(out, text_string(&paragraph));
		text_free(&paragraph);
		text += size + (text[size] == '\n');
	}
}

static void write_signals(struct text *out)
{
	text_add(out, ".Sh SIGNALS\n");
	mdoc_text(out, "What sextant signals and the daemon's alerts are about.");
	for (unsigned i = 0; i < SENSOR_COUNT; i++) {
		struct text page = {0};
		text_addf(out, ".Ss %s\n", sensor_name((enum sensor)i));
		add_sentence(out, sensor_runbook((enum sensor)i)->title);
		sensor_explain((enum sensor)i, &page);
		add_paragraphs(out, text_string(&page));
		text_free(&page);
	}
}

static void write_findings(struct text *out)
{
	add_head(out, "sextant-findings", "7", "what the codes of findings mean");
	text_add(out, ".Sh DESCRIPTION\n");
	mdoc_text(out, "Every finding of sextant check and of the daemon has a code that never changes its meaning. "
		       "sextant --explain CODE prints one of these pages.");
	text_add(out, ".Sh CODES\n");
	for (int i = 0; i < FINDING_CODE_COUNT; i++) {
		const struct finding_row *row = finding_row((enum finding_code)i);
		text_addf(out, ".Ss %s\n", row->code);
		struct text title = {0};
		text_addf(&title, "%s: %s", severity_text(row->severity), row->title);
		add_sentence(out, text_string(&title));
		text_free(&title);
		add_paragraphs(out, row->explanation);
		if (row->reference[0] != '\0') {
			text_add(out, ".Pp\nReference:\n");
			add_sentence(out, row->reference);
		}
	}
	write_signals(out);
	text_add(out, ".Sh SEE ALSO\n.Xr sextant 1\n");
}

static const struct {
	const char *page;
	void (*write)(struct text *out);
} pages[] = {
	{"sextant.1", write_sextant},
	{"sextantd.8", write_sextantd},
	{"sextant.yaml.5", write_yaml},
	{"sextant-findings.7", write_findings},
};

int manual_write(const char *page, struct text *out)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strcmp(page, pages[i].page) != 0)
			continue;
		pages[i].write(out);
		return out->is_failed ? -ENOMEM : ERR_OK;
	}
	return ERR_NOT_FOUND;
}
