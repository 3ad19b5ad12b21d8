/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sextant query` in several views of one server, from the command line to the verdict: --compare validation, --origin.
 */
#include "cli/cli.h"

#include "dns/builder.h"
#include "dns/ede.h"
#include "dns/query.h"
#include "dns/rrtype.h"
#include "ip/addr.h"
#include "tests/unit/cmocka_all.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* How the server answers a name, by its first label. */
static const struct view {
	const char *label;
	uint16_t type;
	bool is_cd;
	uint16_t rcode, ede;
	const char *addr; /* NULL: none */
} views[] = {
	/* The AAAA is bogus, the A is not: K-03. */
	{"bogus", RR_AAAA, false, RCODE_SERVFAIL, EDE_DNSSEC_BOGUS, NULL},
	{"bogus", RR_AAAA, true, RCODE_NOERROR, 0, "2001:db8::1"},
	{"bogus", RR_A, false, RCODE_NOERROR, 0, "192.0.2.1"},
	{"bogus", RR_A, true, RCODE_NOERROR, 0, "192.0.2.1"},
	/* Nobody answers the resolver: CD does not help. */
	{"dead", RR_AAAA, false, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, NULL},
	{"dead", RR_AAAA, true, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, NULL},
	{"dead", RR_A, false, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, NULL},
	{"dead", RR_A, true, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, NULL},
	{"good", RR_AAAA, false, RCODE_NOERROR, 0, "2001:db8::1"},
	{"good", RR_AAAA, true, RCODE_NOERROR, 0, "2001:db8::1"},
	{"good", RR_A, false, RCODE_NOERROR, 0, "192.0.2.1"},
	{"good", RR_A, true, RCODE_NOERROR, 0, "192.0.2.1"},
	/* Another answer, but none that failed. */
	{"turn", RR_AAAA, false, RCODE_NOERROR, 0, "2001:db8::1"},
	{"turn", RR_AAAA, true, RCODE_NOERROR, 0, "2001:db8::2"},
	{"legacy", RR_AAAA, false, RCODE_NOERROR, EDE_SYNTHESIZED, "64:ff9b::c000:201"},
	{"legacy", RR_AAAA, true, RCODE_NOERROR, 0, NULL},
	{"legacy", RR_A, false, RCODE_NOERROR, 0, "192.0.2.1"},
	{"ipv4only", RR_AAAA, false, RCODE_NOERROR, EDE_SYNTHESIZED, "64:ff9b::c000:aa"},
};

static const struct view *view_of(const struct query *query)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		const struct view *view = &views[i];
		size_t size = strlen(view->label);
		if (query->qname.wire[0] == size && memcmp(query->qname.wire + 1, view->label, size) == 0 &&
		    view->type == query->qtype && view->is_cd == ((query->flags & HEADER_CD) != 0))
			return view;
	}
	return NULL;
}

static size_t answer_make(const struct query *query, const struct view *view, uint8_t *octets, size_t room)
{
	struct builder builder;
	struct edns edns = {.udp_size = 1232, .rcode = view->rcode, .ede_count = view->ede != 0};
	struct ip_addr addr;
	edns.ede[0].code = view->ede;
	builder_answer(&builder, octets, room, query);
	builder_rcode(&builder, view->rcode);
	if (view->addr != NULL) {
		assert_int_equal(ip_addr_from_text(view->addr, &addr), ERR_OK);
		assert_true(builder_record(&builder, SECTION_ANSWER, query->qname, BUILDER_QUESTION, view->type, CLASS_IN, 60,
		                           span_of(addr.bytes, ip_addr_size(addr.family))));
	}
	assert_true(builder_opt(&builder, &edns));
	return builder_finish(&builder);
}

static void *serve(void *argument)
{
	int fd = *(int *)argument;
	for (;;) {
		uint8_t octets[1232], answer[1232];
		struct sockaddr_storage peer;
		socklen_t peer_size = sizeof(peer);
		ssize_t size = recvfrom(fd, octets, sizeof(octets), 0, (struct sockaddr *)&peer, &peer_size);
		struct query query;
		if (size <= 1)
			return NULL;
		const struct view *view =
			query_parse(span_of(octets, (size_t)size), &query) == QUERY_OK ? view_of(&query) : NULL;
		if (view != NULL)
			sendto(fd, answer, answer_make(&query, view, answer, sizeof(answer)), 0, (struct sockaddr *)&peer,
			       peer_size);
	}
}

/* Runs `sextant query LINE @::1@PORT` and gives what it prints. */
static char *run(const char *line, int *ret_code)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	socklen_t address_size = sizeof(address);
	char *out_text = NULL, server[32], *copy = strdup(line), *rest = NULL, *argv[16] = {(char *)"sextant", (char *)"query"};
	size_t out_size;
	pthread_t thread;
	int argc = 2, fd = socket(AF_INET6, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, address_size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &address_size), 0);
	assert_int_equal(pthread_create(&thread, NULL, serve, &fd), 0);
	for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	snprintf(server, sizeof(server), "@::1@%u", (unsigned)ntohs(address.sin6_port));
	argv[argc++] = server;
	FILE *out = open_memstream(&out_text, &out_size);
	*ret_code = cli_main(argc, argv, out, stderr);
	fclose(out);
	sendto(fd, "", 1, 0, (struct sockaddr *)&address, sizeof(address));
	pthread_join(thread, NULL);
	close(fd);
	free(copy);
	return out_text;
}

static void each_view_has_its_verdict(void **state)
{
	static const struct {
		const char *line;
		int code;
		const char *out; /* parts, separated by | */
	} rows[] = {
		{"bogus.ex --compare validation", EXIT_FOUND,
		 "SERVFAIL EDE 6|NOERROR 1 rr|<-- differs|EDE 6 (DNSSEC Bogus)|verdict: validation problem limited to AAAA"},
		{"bogus.ex --compare validation --json", EXIT_FOUND,
		 "\"verdict\":\"validation problem limited to AAAA\"|\"checking_disabled\":true"},
		{"bogus.ex A --compare validation", EXIT_OK, "verdict: the same in every way"},
		{"dead.ex --compare validation", EXIT_OK,
		 "EDE 22|verdict: AAAA, A fail with and without validation: validation is not the cause"},
		{"good.ex --compare validation", EXIT_OK, "verdict: the same in every way"},
		{"turn.ex AAAA --compare validation", EXIT_FOUND, "verdict: answers with and without checking differ"},
		{"legacy.ex --origin", EXIT_OK,
		 "64:ff9b::c000:201|synthesised: 192.0.2.1 under 64:ff9b::/96, the prefix of this server, and the name has that A "
		 "record|EDE 29|asked with DO and CD (no synthesis then, RFC 6147 5.5): none of the addresses|(ipv4only.arpa): "
		 "64:ff9b::/96|verdict: synthesised by DNS64"},
		{"legacy.ex AAAA --origin --json", EXIT_OK,
		 "sextant.query-origin/1|\"origin\":\"synthesised\"|\"ipv4\":\"192.0.2.1\"|\"prefixes\":[\"64:ff9b::/96\"]|"
		 "\"undetermined\":[]"},
		{"good.ex --origin", EXIT_OK, "2001:db8::1|native|the same addresses|verdict: native"},
		{"bogus.ex --origin", EXIT_FOUND, "SERVFAIL|EDE 6|verdict: the question for AAAA fails"},
		{"silent.ex --origin --timeout 100ms --tries 1", EXIT_UNDETERMINED, "verdict: cannot be told from here"},
		{"good.ex A --origin", EXIT_USAGE, ""},
		{"good.ex --origin --cd", EXIT_USAGE, ""},
		{"good.ex --origin --edns 0", EXIT_USAGE, ""},
		{"good.ex --origin --compare family", EXIT_USAGE, ""},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char wanted[512], *rest = NULL;
		int code;
		char *out = run(rows[i].line, &code);
		if (code != rows[i].code)
			fail_msg("%s: %d\n%s", rows[i].line, code, out);
		snprintf(wanted, sizeof(wanted), "%s", rows[i].out);
		for (char *part = strtok_r(wanted, "|", &rest); part != NULL; part = strtok_r(NULL, "|", &rest)) {
			if (strstr(out, part) == NULL)
				fail_msg("%s: no \"%s\" in:\n%s", rows[i].line, part, out);
		}
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_view_has_its_verdict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
