/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/query/exchange.h"
#include "cli/query/grid.h"
#include "cli/query/servers.h"

#include "dns/builder.h"
#include "dns/cookie.h"
#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- Servers --- */

static void servers_by_address(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *endpoint;
	} rows[] = {
		{"::1", ERR_OK, "::1@53"},
		{"::1@5300", ERR_OK, "::1@5300"},
		{"192.0.2.1@1", ERR_OK, "192.0.2.1@1"},
		{"::1@0", ERR_SYNTAX, NULL},
		{"::1@65536", ERR_SYNTAX, NULL},
		{"::1@5x", ERR_SYNTAX, NULL},
		{"::1@", ERR_SYNTAX, NULL},
		{"@53", ERR_SYNTAX, NULL},
		{"", ERR_SYNTAX, NULL},
		{"fe80::1%nosuchif0", ERR_NOT_FOUND, NULL},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct query_server server;
		char text[IP_ENDPOINT_TEXT_MAX];
		assert_int_equal(query_server_from_text(rows[i].text, &server), rows[i].err);
		if (rows[i].err != ERR_OK)
			continue;
		assert_int_equal(server.count, 1);
		ip_endpoint_to_text(&server.addresses[0], text);
		assert_string_equal(text, rows[i].endpoint);
	}
}

static void resolv_conf(void **state)
{
	static const char file[] = "# nameserver 192.0.2.9\n"
	                           "search example.com\n"
	                           "nameserver 2001:db8::53\r\n"
	                           "nameserver\t192.0.2.53 trailing\n"
	                           "nameserverx 192.0.2.8\n"
	                           "nameserver not-an-address\n"
	                           "nameserver\n"
	                           "options edns0\n"
	                           "nameserver ::1";
	struct ip_endpoint found[4];
	char text[IP_ADDR_TEXT_MAX];
	assert_int_equal(query_servers_from_resolv_conf(span_text(file), found, 4), 3);
	static const char *const wanted[] = {"2001:db8::53", "192.0.2.53", "::1"};
	for (size_t i = 0; i < 3; i++) {
		ip_addr_to_text(&found[i].addr, text);
		assert_string_equal(text, wanted[i]);
		assert_int_equal(found[i].port, 53);
	}
	assert_int_equal(query_servers_from_resolv_conf(span_text(file), found, 2), 2);
	assert_int_equal(query_servers_from_resolv_conf(span_text(""), found, 4), 0);
}

/* --- Signatures --- */

static void sign(const uint8_t *const *addresses, size_t count, uint32_t ttl_s, uint16_t rcode, const char *owner,
                 struct text *out)
{
	uint8_t octets[512];
	struct builder builder;
	struct message message;
	struct name name = name_of((const uint8_t *)owner);
	builder_query(&builder, octets, sizeof(octets), 1, HEADER_QR, name, RR_A, CLASS_IN);
	builder_rcode(&builder, rcode);
	for (size_t i = 0; i < count; i++)
		assert_true(builder_record(&builder, SECTION_ANSWER, name, BUILDER_QUESTION, RR_A, CLASS_IN, ttl_s,
		                           span_of(addresses[i], 4)));
	assert_int_equal(message_read(span_of(octets, builder_finish(&builder)), &message), ERR_OK);
	query_signature(&message, out);
}

static void signatures_ignore_order_case_and_ttl(void **state)
{
	static const uint8_t one[] = {192, 0, 2, 1}, two[] = {192, 0, 2, 2};
	struct text a = {0}, b = {0}, c = {0}, d = {0};
	sign((const uint8_t *[]){one, two}, 2, 300, RCODE_NOERROR, "\1x", &a);
	sign((const uint8_t *[]){two, one}, 2, 5, RCODE_NOERROR, "\1X", &b);
	sign((const uint8_t *[]){two}, 1, 300, RCODE_NOERROR, "\1x", &c);
	sign(NULL, 0, 0, RCODE_SERVFAIL, "\1x", &d);
	assert_string_equal(text_string(&a), text_string(&b));
	assert_string_not_equal(text_string(&a), text_string(&c));
	assert_string_equal(text_string(&d), "SERVFAIL\n");
	text_free(&a);
	text_free(&b);
	text_free(&c);
	text_free(&d);
}

/* --- An exchange with a server that also sends what is not the answer --- */

struct server {
	int fd;
	unsigned strays;    /* wrong datagrams before the right one */
	bool wants_cookie;  /* BADCOOKIE for a client without a server cookie */
	unsigned questions; /* seen */
};

static void answer_send(int fd, const struct query *query, const struct sockaddr_storage *peer, socklen_t peer_size,
                        unsigned wrong, uint16_t rcode, struct span cookie)
{
	uint8_t octets[512];
	struct query changed = *query;
	struct builder builder;
	struct edns edns = {.udp_size = 1232, .rcode = rcode, .cookie = cookie};
	changed.id = (uint16_t)(query->id + (wrong == 1));
	builder_answer(&builder, octets, sizeof(octets), &changed);
	builder_rcode(&builder, rcode);
	assert_true(builder_opt(&builder, &edns));
	size_t size = builder_finish(&builder);
	if (wrong == 2)
		octets[HEADER_SIZE + 1] ^= 0x40; /* another question */
	if (wrong == 3)
		octets[2] &= 0x7f; /* a query */
	if (wrong == 4)
		octets[size - cookie.size] ^= 1; /* another client cookie */
	sendto(fd, octets, wrong == 5 ? 7 : size, 0, (const struct sockaddr *)peer, peer_size);
}

static void *serve(void *argument)
{
	struct server *server = argument;
	for (;;) {
		uint8_t octets[512], cookie[COOKIE_SIZE] = {0};
		struct sockaddr_storage peer;
		socklen_t peer_size = sizeof(peer);
		ssize_t size = recvfrom(server->fd, octets, sizeof(octets), 0, (struct sockaddr *)&peer, &peer_size);
		struct query query;
		if (size <= 0 || query_parse(span_of(octets, (size_t)size), &query) != QUERY_OK)
			return NULL;
		server->questions++;
		memcpy(cookie, query.cookie.data, COOKIE_CLIENT_SIZE);
		cookie[COOKIE_SIZE - 1] = 7;
		bool is_known = query.cookie.size == COOKIE_SIZE && query.cookie.data[COOKIE_SIZE - 1] == 7;
		for (unsigned i = 1; i <= server->strays; i++)
			answer_send(server->fd, &query, &peer, peer_size, i, RCODE_NOERROR, span_of(cookie, COOKIE_SIZE));
		answer_send(server->fd, &query, &peer, peer_size, 0,
		            server->wants_cookie && !is_known ? RCODE_BADCOOKIE : RCODE_NXDOMAIN,
		            span_of(cookie, COOKIE_SIZE));
	}
}

static void ask(struct server *server, struct query_reply *reply)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	socklen_t size = sizeof(address);
	struct ip_endpoint endpoint;
	pthread_t thread;
	server->fd = socket(AF_INET6, SOCK_DGRAM, 0);
	assert_int_equal(bind(server->fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(ip_endpoint_from_sockaddr((struct sockaddr *)&address, &endpoint), ERR_OK);
	assert_int_equal(pthread_create(&thread, NULL, serve, server), 0);
	struct query_question question = {.name = name_of((const uint8_t *)"\3www\2ex"), .type = RR_AAAA,
	                                  .class = CLASS_IN, .has_edns = true, .edns_size = 1232, .has_cookie = true};
	struct query_way way = {.transport = TRANSPORT_UDP, .tries = 1, .timeout_ms = 5000};
	query_exchange(&question, &endpoint, &way, reply);
	shutdown(server->fd, SHUT_RDWR);
	sendto(server->fd, "", 1, 0, (struct sockaddr *)&address, sizeof(address));
	pthread_join(thread, NULL);
	close(server->fd);
}

static void strays_are_not_the_answer(void **state)
{
	struct server server = {.strays = 5};
	struct query_reply reply;
	ask(&server, &reply);
	assert_int_equal(reply.error, ERR_OK);
	assert_int_equal(reply.strays, 5);
	assert_int_equal(reply.message.rcode, RCODE_NXDOMAIN);
	assert_int_equal(server.questions, 1);
	query_reply_free(&reply);
}

static void a_wanted_cookie_is_given(void **state)
{
	struct server server = {.wants_cookie = true};
	struct query_reply reply;
	ask(&server, &reply);
	assert_int_equal(reply.error, ERR_OK);
	assert_int_equal(reply.message.rcode, RCODE_NXDOMAIN);
	assert_int_equal(server.questions, 2);
	query_reply_free(&reply);
}

static void nothing_there(void **state)
{
	/* A port that was bound a moment ago and is not any more. */
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	socklen_t size = sizeof(address);
	struct ip_endpoint endpoint;
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(ip_endpoint_from_sockaddr((struct sockaddr *)&address, &endpoint), ERR_OK);
	close(fd);
	struct query_question question = {.name = name_root, .type = RR_NS, .class = CLASS_IN};
	struct query_way way = {.transport = TRANSPORT_UDP, .tries = 1, .timeout_ms = 2000};
	const bool allowed[FAMILY_COUNT] = {true, true}, only_ipv4[FAMILY_COUNT] = {[FAMILY_IPV4] = true};
	struct query_reply reply;
	assert_true(query_exchange_any(&question, &endpoint, 1, allowed, &way, &reply));
	assert_int_equal(reply.error, -ECONNREFUSED);
	assert_false(query_error_is_local(reply.error));
	query_reply_free(&reply);
	assert_false(query_exchange_any(&question, &endpoint, 1, only_ipv4, &way, &reply));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_by_address),
		cmocka_unit_test(resolv_conf),
		cmocka_unit_test(signatures_ignore_order_case_and_ttl),
		cmocka_unit_test(strays_are_not_the_answer),
		cmocka_unit_test(a_wanted_cookie_is_given),
		cmocka_unit_test(nothing_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
