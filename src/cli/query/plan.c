/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/query/plan.h"

#include "base/encoding.h"
#include "dns/reverse.h"
#include "dns/rrtype.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EDNS_SIZE_DEFAULT 1232
#define TRIES_DEFAULT 3
#define TRIES_MAX 10
#define TIMEOUT_DEFAULT_MS 5000
#define SECRET_FILE_MAX 4096 /* octets */
#define RESOLV_CONF "/etc/resolv.conf"

const char *const query_dimension_texts[QUERY_DIMENSION_COUNT] = {
	[QUERY_FAMILY] = "family",
	[QUERY_TRANSPORT] = "transport",
	[QUERY_SERVERS] = "servers",
	[QUERY_VALIDATION] = "validation",
};

const struct cli_option query_options[] = {
	{"reverse", 'x', "ADDRESS", "ask for the PTR of an address instead of a NAME"},
	{"compare", 0, "LIST", "ask in several ways and show where the answers differ: family, transport, servers, validation"},
	{"origin", 0, NULL, "tell whether the AAAA of NAME are native or made by DNS64, and how one knows"},
	{"tcp", 0, NULL, "over TCP from the start"},
	{"no-fallback", 0, NULL, "show a truncated UDP answer as it is"},
	{"edns", 0, "SIZE", "EDNS buffer size, 512 to 65535 octets (default 1232); 0: no EDNS"},
	{"dnssec", 0, NULL, "set DO: ask for DNSSEC records"},
	{"do", 0, NULL, "the same as --dnssec"},
	{"cd", 0, NULL, "set CD: the server must not validate"},
	{"norec", 0, NULL, "do not ask for recursion"},
	{"nsid", 0, NULL, "ask for the server's identity"},
	{"cookie", 0, NULL, "send a DNS cookie"},
	{"tsig", 0, "[ALGORITHM:]NAME:FILE", "sign with a key; FILE holds the secret in base64 (default hmac-sha256)"},
	{"class", 0, "CLASS", "IN (default), CH, HS or CLASSnnn"},
	{"tries", 0, "COUNT", "datagrams sent to one address before it counts as silent, 1 to 10 (default 3)"},
	{"short", 0, NULL, "print the data of the answers only"},
	{NULL},
};

/* --- Numbers and lists --- */

static int number_option(struct cli *cli, const char *option, unsigned least, unsigned most, unsigned *ret)
{
	const char *text = cli_value(cli, option);
	if (text == NULL)
		return EXIT_OK;
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < least || value > most)
		return cli_usage_error(cli, "--%s %s: it is a number from %u to %u", option, text, least, most);
	*ret = (unsigned)value;
	return EXIT_OK;
}

static int compare_option(struct cli *cli, struct query_plan *plan)
{
	const char *at = cli_value(cli, "compare");
	plan->is_compared = at != NULL;
	while (at != NULL) {
		size_t size = strcspn(at, ",");
		unsigned dimension = 0;
		while (dimension < QUERY_DIMENSION_COUNT && (strlen(query_dimension_texts[dimension]) != size ||
		                                             strncmp(at, query_dimension_texts[dimension], size) != 0))
			dimension++;
		if (dimension == QUERY_DIMENSION_COUNT)
			return cli_usage_error(cli, "--compare %.*s: it is one of family, transport, servers, validation",
			                       (int)size, at);
		plan->is_varied[dimension] = true;
		at = at[size] == ',' ? at + size + 1 : NULL;
	}
	return EXIT_OK;
}

/* --- The key --- */

static int secret_read(struct cli *cli, const char *path, struct writer *ret_secret)
{
	char text[SECRET_FILE_MAX + 1];
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return cli_usage_error(cli, "--tsig: %s: %s", path, strerror(errno));
	size_t size = fread(text, 1, sizeof(text), file);
	fclose(file);
	while (size > 0 && memchr(" \t\r\n", text[size - 1], 4) != NULL)
		size--;
	int err = size > SECRET_FILE_MAX ? ERR_LIMIT : base64_decode(span_of(text, size), ret_secret);
	explicit_bzero(text, sizeof(text));
	if (err != ERR_OK || ret_secret->size == 0)
		return cli_usage_error(cli, "--tsig: %s: it holds no base64 text; `openssl rand -base64 32` makes one", path);
	return EXIT_OK;
}

/* "[ALGORITHM:]NAME:FILE"; a path may have colons, so the algorithm is known by its name. */
static int key_option(struct cli *cli, struct query_plan *plan)
{
	const char *text = cli_value(cli, "tsig");
	enum tsig_algorithm algorithm = TSIG_HMAC_SHA256;
	if (text == NULL)
		return EXIT_OK;
	char word[64];
	size_t size = strcspn(text, ":");
	if (size < sizeof(word)) {
		memcpy(word, text, size);
		word[size] = '\0';
		if (text[size] == ':' && tsig_algorithm_from_text(word, &algorithm) == ERR_OK)
			text += size + 1;
	}
	const char *path = strchr(text, ':');
	struct name_buffer buffer;
	struct name name;
	if (path == NULL || name_from_text(span_of(text, (size_t)(path - text)), name_root, &buffer, &name, NULL) != ERR_OK)
		return cli_usage_error(cli, "--tsig %s: write NAME:FILE or ALGORITHM:NAME:FILE", cli_value(cli, "tsig"));
	uint8_t octets[SECRET_FILE_MAX];
	struct writer secret = writer_of(octets, sizeof(octets));
	int code = secret_read(cli, path + 1, &secret);
	if (code == EXIT_OK && tsig_key_new(name, algorithm, writer_span(&secret), &plan->key) != ERR_OK)
		code = EXIT_INTERNAL;
	explicit_bzero(octets, sizeof(octets));
	plan->question.key = plan->key;
	return code;
}

/* --- Operands --- */

static int name_operand(struct cli *cli, struct query_plan *plan, const char *text)
{
	size_t bad = 0;
	struct name_buffer *buffer = &plan->name_buffer;
	int err = name_from_text(span_text(text), name_root, buffer, &plan->question.name, &bad);
	if (err == ERR_OK)
		return EXIT_OK;
	return cli_usage_error(cli, "%s: no domain name: %s, at character %zu", text, err_text(err), bad + 1);
}

static int type_operand(struct cli *cli, struct query_plan *plan, const char *text)
{
	uint16_t type;
	if (rrtype_from_text(span_text(text), &type) != ERR_OK)
		return cli_usage_error(cli, "%s: no record type; one NAME is asked at a time, types follow it", text);
	if (type == RR_AXFR || type == RR_IXFR || type == RR_OPT || type == RR_TSIG)
		return cli_usage_error(cli, "%s is not a question for this command", text);
	if (plan->type_count == QUERY_TYPES_MAX)
		return cli_usage_error(cli, "at most %d types at a time", QUERY_TYPES_MAX);
	plan->types[plan->type_count++] = type;
	return EXIT_OK;
}

static int server_operand(struct cli *cli, struct query_plan *plan, const char *text)
{
	if (plan->server_count == QUERY_SERVERS_MAX)
		return cli_usage_error(cli, "at most %d servers at a time", QUERY_SERVERS_MAX);
	int err = query_server_from_text(text + 1, &plan->servers[plan->server_count]);
	if (err == ERR_SYNTAX)
		return cli_usage_error(cli, "%s: write @ADDRESS, @ADDRESS@PORT or @NAME", text);
	if (err != ERR_OK) {
		cli_usage_error(cli, "%s: the name has no address here, or the interface is not there", text);
		return EXIT_UNDETERMINED;
	}
	plan->server_count++;
	return EXIT_OK;
}

static int reverse_option(struct cli *cli, struct query_plan *plan)
{
	struct ip_addr addr;
	const char *text = cli_value(cli, "reverse");
	if (ip_addr_from_text(text, &addr) != ERR_OK)
		return cli_usage_error(cli, "-x %s: no IPv6 or IPv4 address", text);
	plan->question.name = reverse_from_addr(&addr, &plan->name_buffer);
	return EXIT_OK;
}

static int operands_take(struct cli *cli, struct query_plan *plan)
{
	const char *const *operands;
	size_t count = cli_operands(cli, &operands);
	bool has_reverse = cli_flag(cli, "reverse"), has_name = has_reverse;
	int code = has_reverse ? reverse_option(cli, plan) : EXIT_OK;
	for (size_t i = 0; i < count && code == EXIT_OK; i++) {
		if (operands[i][0] == '@')
			code = server_operand(cli, plan, operands[i]);
		else if (has_name)
			code = type_operand(cli, plan, operands[i]);
		else
			code = name_operand(cli, plan, operands[i]);
		has_name = has_name || operands[i][0] != '@';
	}
	if (code == EXIT_OK && !has_name)
		return cli_usage_error(cli, "a NAME is missing: sextant query NAME [TYPE...] [@SERVER...]");
	if (code != EXIT_OK || plan->type_count > 0)
		return code;
	plan->types[plan->type_count++] = has_reverse ? RR_PTR : RR_AAAA;
	if (!has_reverse)
		plan->types[plan->type_count++] = RR_A;
	return EXIT_OK;
}

/* --- All together --- */

static int options_take(struct cli *cli, struct query_plan *plan)
{
	unsigned edns_size = EDNS_SIZE_DEFAULT, tries = TRIES_DEFAULT;
	const char *class = cli_value(cli, "class");
	if (number_option(cli, "edns", 0, UINT16_MAX, &edns_size) != EXIT_OK ||
	    number_option(cli, "tries", 1, TRIES_MAX, &tries) != EXIT_OK || compare_option(cli, plan) != EXIT_OK)
		return EXIT_USAGE;
	plan->question = (struct query_question){.class = CLASS_IN,
	                                         .is_rd = !cli_flag(cli, "norec"),
	                                         .is_cd = cli_flag(cli, "cd"),
	                                         .has_edns = edns_size > 0,
	                                         .edns_size = (uint16_t)edns_size,
	                                         .is_do = cli_flag(cli, "dnssec") || cli_flag(cli, "do"),
	                                         .has_nsid = cli_flag(cli, "nsid"),
	                                         .has_cookie = cli_flag(cli, "cookie")};
	if (class != NULL && rrclass_from_text(span_text(class), &plan->question.class) != ERR_OK)
		return cli_usage_error(cli, "--class %s: no class", class);
	if (edns_size == 0 && (plan->question.is_do || plan->question.has_nsid || plan->question.has_cookie))
		return cli_usage_error(cli, "--dnssec, --nsid and --cookie need EDNS: leave out --edns 0");
	plan->way = (struct query_way){.transport = cli_flag(cli, "tcp") ? TRANSPORT_TCP : TRANSPORT_UDP,
	                               .is_tcp_after_truncation = !cli_flag(cli, "no-fallback"),
	                               .tries = tries,
	                               .timeout_ms = cli_timeout_ms(cli, TIMEOUT_DEFAULT_MS)};
	plan->is_short = cli_flag(cli, "short");
	plan->is_origin = cli_flag(cli, "origin");
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		plan->is_family_allowed[family] = cli_family_allowed(cli, (int)family);
	return key_option(cli, plan);
}

/* --origin decides itself what is asked, and how. */
static int origin_check(struct cli *cli, const struct query_plan *plan)
{
	static const char *const others[] = {"compare", "short", "reverse", "cd", "norec", "class"};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (cli_flag(cli, others[i]))
			return cli_usage_error(cli, "--origin and --%s exclude each other", others[i]);
	}
	if (!plan->question.has_edns)
		return cli_usage_error(cli, "--origin needs EDNS: leave out --edns 0");
	const char *const *operands;
	size_t count = cli_operands(cli, &operands), words = 0;
	for (size_t i = 0; i < count; i++)
		words += operands[i][0] != '@';
	if (words > 1 && (plan->type_count != 1 || plan->types[0] != RR_AAAA))
		return cli_usage_error(cli, "--origin is about AAAA: leave out the other types");
	return EXIT_OK;
}

/* What contradicts itself is said before anything is sent. */
static int plan_check(struct cli *cli, const struct query_plan *plan)
{
	if (plan->is_varied[QUERY_FAMILY] && !(plan->is_family_allowed[FAMILY_IPV6] && plan->is_family_allowed[FAMILY_IPV4]))
		return cli_usage_error(cli, "--compare family and -4 or -6 exclude each other");
	if (plan->is_varied[QUERY_TRANSPORT] && plan->way.transport == TRANSPORT_TCP)
		return cli_usage_error(cli, "--compare transport and --tcp exclude each other");
	if (plan->is_varied[QUERY_VALIDATION] && plan->question.is_cd)
		return cli_usage_error(cli, "--compare validation and --cd exclude each other");
	if (plan->is_varied[QUERY_SERVERS] && plan->server_count < 2)
		return cli_usage_error(cli, "--compare servers needs two or more @SERVERs");
	if (plan->is_short && (plan->is_compared || cli_is_json(cli)))
		return cli_usage_error(cli, "--short excludes --compare and --json");
	return plan->is_origin ? origin_check(cli, plan) : EXIT_OK;
}

int query_plan_new(struct cli *cli, struct query_plan **ret)
{
	struct query_plan *plan = calloc(1, sizeof(*plan));
	if (plan == NULL)
		return EXIT_INTERNAL;
	int code = options_take(cli, plan);
	if (code == EXIT_OK)
		code = operands_take(cli, plan);
	if (code == EXIT_OK)
		code = plan_check(cli, plan);
	if (code != EXIT_OK) {
		query_plan_free(plan);
		return code;
	}
	if (plan->server_count == 0)
		query_server_of_host(RESOLV_CONF, &plan->servers[plan->server_count++]);
	*ret = plan;
	return EXIT_OK;
}

void query_plan_free(struct query_plan *plan)
{
	if (plan == NULL)
		return;
	tsig_key_free(plan->key);
	free(plan);
}
