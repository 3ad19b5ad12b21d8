/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/audit.h"
#include "cli/audit/compare.h"
#include "cli/audit/gather.h"
#include "cli/audit/services.h"
#include "cli/audit/tell.h"

#include <stdlib.h>
#include <string.h>

/* What was found is told even where it cannot be saved. With --save - the book is all that stdout gets. */
static int judged_tell(struct audit *audit, struct judging *const *judgings)
{
	const char *path = cli_value(audit->cli, "save");
	int saved = audit->book_count == 1 ? audit_book_save(audit, &audit->books[0]) : EXIT_OK;
	if (path != NULL && strcmp(path, "-") == 0)
		return saved;
	bool is_diff = cli_flag(audit->cli, "diff");
	int code = is_diff ? audit_diff(audit, judgings[0]) : tell(audit, judgings);
	return saved != EXIT_OK ? saved : code;
}

/* Other hosts ask meanwhile. */
static int book_gather(struct audit *audit, struct audit_book *book, struct judging **ret)
{
	if (book->remote != NULL)
		return EXIT_OK;
	*ret = judging_new(audit, book);
	if (*ret == NULL)
		return EXIT_INTERNAL;
	if (book->is_recorded)
		nat64_read(book->facts, audit->arena, &book->options.nat64);
	int code = book->is_recorded ? judging_recall(*ret) : judging_gather(*ret);
	facts_close(book->facts);
	return code;
}

static int books_judge(struct audit *audit, struct judging **judgings)
{
	int code = EXIT_OK;
	for (size_t i = 0; i < audit->book_count && code == EXIT_OK; i++)
		code = book_gather(audit, &audit->books[i], &judgings[i]);
	if (code == EXIT_OK)
		code = audit_books_collect(audit);
	for (size_t i = 0; i < audit->book_count && code == EXIT_OK; i++) {
		if (judgings[i] == NULL)
			code = book_gather(audit, &audit->books[i], &judgings[i]);
	}
	audit_reverse_zones_sort(audit); /* all of them are known now */
	return code == EXIT_OK ? judged_tell(audit, judgings) : code;
}

static int judge(struct audit *audit)
{
	struct judging **judgings = calloc(audit->book_count, sizeof(*judgings));
	int code = judgings != NULL ? books_judge(audit, judgings) : EXIT_INTERNAL;
	for (size_t i = 0; judgings != NULL && i < audit->book_count; i++)
		judging_free(judgings[i]);
	free(judgings);
	return code;
}

/* What would be passed over in silence. */
static int combination_check(struct cli *cli)
{
	static const struct {
		const char *one, *other, *why;
	} rows[] = {
		{"vantage", "from", "a saved run was asked where it was saved"},
		{"vantage", "watch", "a watch is of this host"},
		{"vantage", "children", "the file is on this host; run the audit over there"},
		{"vantage", "inventory", "the file is on this host; run the audit over there"},
		{"rate", "from", "nothing is asked"},
		{"watch", "brief", "a watch tells changes, which are short"},
		{"watch", "inventory", "a watch is of delegations and their servers"},
		{"watch", "from", "a saved run does not change"},
		{"watch", "save", "a watch has no end to be saved"},
		{"watch", "html", "a watch has no end to be written down"},
		{"watch", "diff", "a watch compares with the run before"},
		{"diff", "html", "the page shows one run"},
		{"diff", "brief", "a difference is short"},
	};
	const char *const *values;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (cli_flag(cli, rows[i].one) && cli_flag(cli, rows[i].other))
			return cli_usage_error(cli, "--%s and --%s exclude each other: %s", rows[i].one, rows[i].other,
					       rows[i].why);
	}
	if (cli_flag(cli, "every") && !cli_flag(cli, "watch"))
		return cli_usage_error(cli, "--every says how often --watch asks; give --watch, too");
	bool is_several = cli_values(cli, "from", &values) > 1 || cli_values(cli, "vantage", &values) > 1;
	if (cli_flag(cli, "diff") && is_several)
		return cli_usage_error(cli, "--diff compares one run with one earlier run; give one --from or --vantage");
	const char *save = cli_value(cli, "save");
	if (save != NULL && strcmp(save, "-") == 0 && (cli_flag(cli, "diff") || cli_flag(cli, "html")))
		return cli_usage_error(cli, "--save - writes what was asked, and nothing else; with --diff and --html name a file");
	if (cli_flag(cli, "save") && is_several)
		return cli_usage_error(cli, "--save writes what one host saw; give one --from or --vantage");
	return EXIT_OK;
}

static int audit_run(struct cli *cli)
{
	struct audit audit = {.cli = cli};
	int code = combination_check(cli);
	if (code == EXIT_OK)
		code = audit_sources_load(&audit);
	if (code == EXIT_OK)
		code = cli_flag(cli, "watch") ? audit_watch(&audit) : judge(&audit);
	audit_sources_free(&audit);
	return code;
}

static const struct cli_option audit_options[] = {
	{.name = "hints", .argument = "FILE", .help = "the root servers to begin with, in the form of named.root"},
	{.name = "anchor",
	 .argument = "FILE",
	 .help = "trust anchors (DS or DNSKEY records); else those of dns-root-data"},
	{.name = "children",
	 .argument = "ZONEFILE",
	 .help = "audit each delegation in a zone file as the file has it, before it is served; several times"},
	{.name = "origin",
	 .letter = 'o',
	 .argument = "ORIGIN",
	 .help = "the name of that zone; the n-th for the n-th file"},
	{.name = "ns", .argument = "NAME/ADDR", .help = "a server of a delegation that is not made yet; several times"},
	{.name = "ds",
	 .argument = "\"TAG ALGORITHM DIGESTTYPE DIGEST\"",
	 .help = "the DS that the parent is to have, in place of what it has; several times"},
	{.name = "inventory",
	 .argument = "FILE",
	 .help = "service names, NAME [TYPE...] [PORT] on each line: their records, addresses, PTRs, signatures"},
	{.name = "validator",
	 .argument = "ADDR[@PORT]",
	 .help = "a validating resolver whose verdict is compared with ours; several times"},
	{.name = "list", .argument = "FILE", .help = "zones, one on each line (# begins a comment); -: standard input"},
	{.name = "brief", .help = "no tables and no findings: their counts, and the summary of all zones"},
	{.name = "rate", .argument = "N", .help = "questions a second at most, over all servers (5000)"},
	{.name = "pref64",
	 .argument = "PREFIX",
	 .help = "a NAT64 prefix in use: name servers must not have addresses in it; several times"},
	{.name = "asn-table",
	 .argument = "FILE",
	 .help = "lines \"PREFIX ASN\": which autonomous system an address is of"},
	{.name = "quick", .help = "ask only what says whether the zone is resolvable, and by how many servers"},
	{.name = "tls", .help = "try DNS over TLS on port 853 of each server, not only where _dns SVCB records publish it"},
	{.name = "transfer", .help = "fetch the whole zone (AXFR) from each address that allows it, and compare"},
	{.name = "resolv-conf",
	 .argument = "FILE",
	 .help = "this host's resolvers, asked whether it is behind NAT64; else those of /etc/resolv.conf"},
	{.name = "save",
	 .argument = "FILE",
	 .help = "write every question and reply to FILE; -: to standard output, and nothing else"},
	{.name = "from",
	 .argument = "FILE",
	 .help = "ask nothing; judge what an earlier run saved, here or on another host; several are set side by side"},
	{.name = "vantage",
	 .argument = "local|ssh:HOST",
	 .help = "ask from HOST, where sextant is installed, too or instead; several times"},
	{.name = "diff",
	 .argument = "FILE",
	 .help = "what changed since an earlier run, of which FILE is what --save or --json wrote; 1 where something got worse"},
	{.name = "watch", .help = "run after run, a line for each change, until parent and children agree over each family"},
	{.name = "every", .argument = "TIME", .help = "how long --watch waits between runs: 30s; at least 2s"},
	{.name = "html", .argument = "FILE", .help = "write the result as one HTML file, too; it can be passed on"},
	{0},
};

const struct command command_audit = {
	.name = "audit",
	.summary = "walk to a zone over each family alone, and say who resolves it and what is broken",
	.usage = "[DOMAIN...]",
	/* clang-format off */
	.description =
	    "Follows the delegations from the root to each DOMAIN twice, once over IPv6 alone and once over IPv4 alone, "
	    "through the zones that name servers are named in, and asks every address of the zone's name servers over UDP and "
	    "TCP. The table has a row for each server: glue (the delegation has its address), zone (the zone has it), udp and "
	    "tcp (it answers for the zone), 1232 (it answers where 1232 octets are allowed), same (serial and NS set are those "
	    "of the first server).\n"
	    "\n"
	    "The result says whether the zone can be resolved by resolvers that have one family only. Where it cannot, the zone "
	    "to be mended first is named: this one, one above it, or one that a server is named in.\n"
	    "\n"
	    "Signatures are validated over each family by itself: the zone's SOA, and AAAA and A of the zone's name and of www "
	    "below it.\n"
	    "\n"
	    "--ns tests a delegation before it is made: the servers, each with an address as glue (NAME/ADDR, once for each "
	    "address) or without (NAME), stand for what the parent would say; the rest of the way is walked as it is.\n"
	    "\n"
	    "--ds tests a DS in the same way: the chain of trust is followed as it would be with it, down to the zone's own keys.\n"
	    "\n"
	    "--children does the same for every delegation of a zone file: NS records, glue and addresses of the file stand for "
	    "what the zone's servers will say, and findings name the line. The exit code gates the change.\n"
	    "\n"
	    "Service names are looked at too: addresses of one family alone, addresses that embed IPv4, hints of HTTPS records, "
	    "the PTR of each address and whether it leads back. They are those of --inventory, else of each DOMAIN its own name, "
	    "www and the hosts of its mail (not those of --list and --children, nor with --quick). A line of an inventory is "
	    "NAME [TYPE...] [PORT]; TYPE is AAAA, A, MX, HTTPS or SVCB and has to be there (a name with A and not AAAA in its "
	    "line has IPv4 alone on purpose); PORT is that of an HTTPS service; # begins a comment. The zones in which an "
	    "inventory's addresses have their names are audited with it.\n"
	    "\n"
	    "--validator asks a validating resolver that is independent of this host for the same names, with and without "
	    "checking (CD), and compares its verdict; why it refuses an answer is shown as it says it (EDE).\n"
	    "\n"
	    "--save keeps each question, with server, transport, size and time, and each reply in a JSON document; --from judges "
	    "such documents again, on any host, without asking. Signatures are judged as of the document's time. What it lacks is not known, and is never called fine. "
	    "A document says which host it is of: of several, each is judged by itself, and what differs from host to host is told.\n"
	    "\n"
	    "--vantage runs the questions on other hosts through ssh (never with a password: keys have to be there), and judges "
	    "here what each of them saw, side by side. Hints and anchors that are named are files of the host that asks. A host that "
	    "cannot be reached, or does not come to an end within 50 times --timeout and half a second for each zone, ends the "
	    "audit with exit code 3.\n"
	    "\n"
	    "--diff says what is new, gone and as before in verdicts and findings, and which facts changed: name servers, "
	    "addresses, serials, what answers. The exit code is 1 where a zone is no longer resolvable over a family or a finding "
	    "at or above --fail-on is new, whatever else there is.\n"
	    "\n"
	    "--watch is for the time after a change of a delegation: it ends with 0 when the zone is resolvable over each family "
	    "and parent, zone and servers have the same name servers, addresses and serial; and with 0 when it is interrupted. "
	    "Servers with authority are asked each time, never a cache; what resolvers hold goes on until its TTL is over.\n"
	    "\n"
	    "Of more than one zone, or with --brief, a summary is given: how many each kind of resolver gets, what stands in the "
	    "way of the others, and the operators (the zones that most of the name servers of a zone are named in).\n"
	    "\n"
	    "Each address is asked the same further questions, and the replies are held against each other: of one server over both "
	    "families keys, SOA and addresses of the zone's name and of www, and which host answers; of all servers what they say "
	    "of a name and of a type that is not there; and of each what it does with AAAA, with answers that do not fit, with "
	    "other EDNS versions, unknown options and cookies. A zone with two dual-stack servers takes some 100 questions to them, "
	    "with --quick some 25.\n"
	    "\n"
	    "What is on the wire is looked at for each address: sizes from which on answers get lost, fragments, TCP segments, several "
	    "questions on one connection. Where this host itself may be what loses them, nobody is blamed (V02). Whether it is "
	    "behind NAT64 its own resolvers say (RFC 7050): addresses behind the translator are never counted as IPv6 (V03).\n"
	    "\n"
	    "DNS over TLS is tried where a server publishes it (SVCB at _dns.SERVER, RFC 9461), or with --tls everywhere: is the "
	    "certificate for the server's name, and is a question answered (T11)? DNS over HTTPS (HTTP/2) is tried where it is "
	    "published with its path (alpn=h2, dohpath).\n"
	    "\n"
	    "--transfer fetches the whole zone from each address, over both families, where that is allowed, and compares digests of "
	    "all records (C04); at most 64 MiB and 20 s each.\n"
	    "\n"
	    "A family that this host cannot use is not tested, and never called fine. Servers are asked gently: three tries, "
	    "at most 8 questions at once to one address, at most --rate a second over all, and at most 4000 for a zone.\n"
	    "\n"
	    "Exit codes: 0 nothing found at or above --fail-on, 1 findings, 2 bad usage, 3 a family could not be tested.",
	/* clang-format on */
	.options = audit_options,
	.run = audit_run,
};
