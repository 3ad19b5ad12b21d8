/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tcp_table.h"

#include "tests/unit/cmocka_all.h"

static const uint8_t key[16] = {1, 2, 3};
static const struct tcp_limits limits = {.idle_ms = 100, .total_ms = 1000, .connections = 4, .per_client = 2};

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;
	assert_int_equal(ip_addr_from_text(text, &addr), ERR_OK);
	return addr;
}

static void add(struct tcp_table *table, const char *client, uint64_t now_ms, struct tcp_entry *entry)
{
	struct ip_addr addr = addr_of(client);
	assert_int_equal(tcp_table_add(table, &addr, now_ms, entry), ERR_OK);
}

static struct tcp_entry *victim(struct tcp_table *table, const char *client)
{
	struct ip_addr addr = addr_of(client);
	return tcp_table_victim(table, &addr);
}

static void test_oldest_makes_room(void **state)
{
	(void)state;
	struct tcp_table *table = tcp_table_new(&limits, key);
	struct tcp_entry entries[5];
	static const char *const clients[] = {"2001:db8:0:100::1", "2001:db8:0:200::1", "2001:db8:0:300::1", "192.0.2.1"};
	for (unsigned i = 0; i < 4; i++) {
		assert_null(victim(table, clients[i]));
		add(table, clients[i], i, &entries[i]);
	}
	tcp_table_touch(table, &entries[0], 10);
	assert_ptr_equal(victim(table, "198.51.100.1"), &entries[1]);
	tcp_table_remove(table, &entries[1]);
	assert_null(victim(table, "198.51.100.1"));
	add(table, "198.51.100.1", 11, &entries[4]);
	assert_int_equal(tcp_table_count(table), 4);
	for (unsigned i = 0; i < 5; i++) {
		if (i != 1)
			tcp_table_remove(table, &entries[i]);
	}
	assert_null(tcp_table_oldest(table));
	tcp_table_free(table);
}

/* One /56 (or /24) loses its own connections, not those of others. */
static void test_client_limit(void **state)
{
	(void)state;
	struct tcp_table *table = tcp_table_new(&limits, key);
	struct tcp_entry entries[3];
	add(table, "192.0.2.1", 0, &entries[0]);
	add(table, "2001:db8:0:100::1", 1, &entries[1]);
	assert_null(victim(table, "2001:db8:0:1ff::2"));
	add(table, "2001:db8:0:1ff::2", 2, &entries[2]);
	assert_ptr_equal(victim(table, "2001:db8:0:155::3"), &entries[1]);
	tcp_table_touch(table, &entries[1], 3);
	assert_ptr_equal(victim(table, "2001:db8:0:155::3"), &entries[2]);
	assert_null(victim(table, "2001:db8:0:200::3"));
	assert_null(victim(table, "192.0.2.255"));
	for (unsigned i = 0; i < 3; i++)
		tcp_table_remove(table, &entries[i]);
	tcp_table_free(table);
}

static void test_overdue(void **state)
{
	(void)state;
	struct tcp_table *table = tcp_table_new(&limits, key);
	struct tcp_entry entries[2];
	enum tcp_end why;
	add(table, "::1", 0, &entries[0]);
	add(table, "127.0.0.1", 50, &entries[1]);
	assert_null(tcp_table_overdue(table, 99, &why));
	assert_ptr_equal(tcp_table_overdue(table, 100, &why), &entries[0]);
	assert_int_equal(why, TCP_END_IDLE);
	for (uint64_t now_ms = 90; now_ms < 1000; now_ms += 45) {
		tcp_table_touch(table, &entries[0], now_ms);
		tcp_table_touch(table, &entries[1], now_ms);
		assert_null(tcp_table_overdue(table, now_ms, &why));
	}
	assert_ptr_equal(tcp_table_overdue(table, 1000, &why), &entries[0]);
	assert_int_equal(why, TCP_END_TOTAL);
	tcp_table_remove(table, &entries[0]);
	assert_null(tcp_table_overdue(table, 1000, &why));
	tcp_table_remove(table, &entries[1]);
	assert_null(tcp_table_overdue(table, 5000, &why));
	tcp_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_oldest_makes_room), cmocka_unit_test(test_client_limit),
	                                   cmocka_unit_test(test_overdue)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
