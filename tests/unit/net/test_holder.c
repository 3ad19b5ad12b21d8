/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/holder.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct line_row {
	const char *line;
	enum family family;
	enum socket_kind kind;
	int want;
	const char *endpoint;
	uint64_t inode;
};

/* Lines as Linux 6 prints them, on a little-endian machine. */
static const struct line_row line_rows[] = {
	{"  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when "
	 "retrnsmt   uid  timeout inode ref pointer drops",
         FAMILY_IPV6, SOCKET_UDP, ERR_SYNTAX, NULL, 0},
	{"  702: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 "
	 "00000000   101        0 23456 2 0000000000000000 0",
         FAMILY_IPV6, SOCKET_UDP, ERR_OK, "::1@53", 23456},
	{"  702: B80D0120000010000000000053000000:0035 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 "
	 "00000000     0        0 7 2 0000000000000000 0",
         FAMILY_IPV6, SOCKET_UDP, ERR_OK, "2001:db8:10::53@53", 7},
	{"   0: 3500007F:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 19244 1 "
	 "0000000000000000 100 0 0 10 5",
         FAMILY_IPV4, SOCKET_TCP, ERR_OK, "127.0.0.53@53", 19244},
	{"   1: 3500007F:0035 0100007F:9C40 01 00000000:00000000 00:00000000 00000000   101        0 19245 1",
         FAMILY_IPV4, SOCKET_TCP, ERR_MISMATCH, NULL, 0},
	{"   0: 3500007F:0035", FAMILY_IPV4, SOCKET_TCP, ERR_SYNTAX, NULL, 0},
	{"", FAMILY_IPV4, SOCKET_UDP, ERR_SYNTAX, NULL, 0},
	{"   0: 3500:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 19244 1", FAMILY_IPV4,
         SOCKET_UDP, ERR_SYNTAX, NULL, 0},
};

static void test_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(line_rows) / sizeof(line_rows[0]); i++) {
		const struct line_row *row = &line_rows[i];
		struct holder holder = {0};
		assert_int_equal(holder_from_line(row->line, row->family, row->kind, &holder), row->want);
		if (row->want != ERR_OK)
			continue;
		char text[IP_ENDPOINT_TEXT_MAX];
		ip_endpoint_to_text(&holder.endpoint, text);
		assert_string_equal(text, row->endpoint);
		assert_int_equal(holder.inode, row->inode);
	}
}

static void test_blocks(void **state)
{
	(void)state;
	static const struct {
		const char *theirs, *ours;
		bool want;
	} rows[] = {
		{"::1@53", "::1@53", true},         {"::1@53", "::1@54", false},     {"::@53", "2001:db8::1@53", true},
		{"2001:db8::1@53", "::@53", true},  {"::1@53", "127.0.0.1@53", false}, {"::@53", "127.0.0.1@53", true},
		{"0.0.0.0@53", "::1@53", false},    {"127.0.0.53@53", "0.0.0.0@53", true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct holder holder = {0};
		struct ip_endpoint ours;
		assert_int_equal(ip_endpoint_from_text(rows[i].theirs, 0, &holder.endpoint), ERR_OK);
		assert_int_equal(ip_endpoint_from_text(rows[i].ours, 0, &ours), ERR_OK);
		assert_int_equal(holder_blocks(&holder, &ours), rows[i].want);
	}
}

/* Finds this very program by a socket of its own. */
static void test_find(void **state)
{
	(void)state;
	struct ip_endpoint endpoint;
	assert_int_equal(ip_endpoint_from_text("::1", 0, &endpoint), ERR_OK);
	struct socket_options options = {.tcp_mss = 1220, .is_mtu_minimum = true};
	int fd;
	assert_int_equal(socket_open_group(&endpoint, SOCKET_TCP, &options, 1, &fd), ERR_OK);
	struct sockaddr_storage bound;
	socklen_t size = sizeof(bound);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&bound, &size), 0);
	assert_int_equal(ip_endpoint_from_sockaddr((struct sockaddr *)&bound, &endpoint), ERR_OK);
	struct holder holder;
	assert_int_equal(holder_find(&endpoint, SOCKET_TCP, &holder), ERR_OK);
	assert_int_equal(holder.pid, getpid());
	char text[HOLDER_TEXT_MAX], wanted[64];
	holder_to_text(&holder, text);
	snprintf(wanted, sizeof(wanted), "(pid %d) holds ::1@%u", getpid(), endpoint.port);
	assert_non_null(strstr(text, wanted));
	assert_int_equal(holder_find(&endpoint, SOCKET_UDP, &holder), ERR_NOT_FOUND);
	close(fd);
}

static void test_advice(void **state)
{
	(void)state;
	struct holder resolved = {.program = "systemd-resolve"}, other = {.program = "named"};
	assert_non_null(strstr(holder_advice(&resolved), "DNSStubListener=no"));
	assert_null(strstr(holder_advice(&other), "DNSStubListener=no"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_line), cmocka_unit_test(test_blocks),
	                                   cmocka_unit_test(test_find), cmocka_unit_test(test_advice)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
