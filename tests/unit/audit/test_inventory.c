/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/inventory.h"
#include "tests/unit/cmocka_all.h"

static int read_text(struct arena *arena, const char *text, struct inventory *ret, char message[160])
{
	message[0] = '\0';
	return inventory_read(arena, span_text(text), ret, message);
}

static void test_lines(void **state)
{
	struct arena *arena = arena_new(4096);
	struct inventory inventory;
	struct name_buffer buffer;
	struct name name;
	char message[160];
	assert_int_equal(read_text(arena,
				   "# all of it\n\nwww.example.com AAAA A\t# both\r\n"
				   "  example.com. mx\nx.example.com 8443 HTTPS\nbare.example.com",
				   &inventory, message),
			 ERR_OK);
	assert_int_equal(inventory.count, 4);
	const struct inventory_row *rows = inventory.rows;
	assert_int_equal(name_from_text(span_text("www.example.com"), name_root, &buffer, &name, NULL), ERR_OK);
	assert_true(name_equal(rows[0].name, name));
	assert_int_equal(rows[0].line, 3);
	assert_true(rows[0].has_types && rows[0].wants[INVENTORY_AAAA] && rows[0].wants[INVENTORY_A]);
	assert_false(rows[0].wants[INVENTORY_MX]);
	assert_true(rows[1].wants[INVENTORY_MX] && rows[1].line == 4);
	assert_true(rows[2].wants[INVENTORY_HTTPS] && rows[2].port == 8443);
	assert_true(!rows[3].has_types && rows[3].port == 0 && rows[3].line == 6);
	assert_int_equal(read_text(arena, "", &inventory, message), ERR_OK);
	assert_int_equal(inventory.count, 0);
	arena_free(arena);
}

static void test_lines_that_are_none(void **state)
{
	static const char *const rows[][2] = {
		{"\na..b\n", "2: a..b is no domain name of a service"},
		{".", "1: . is no domain name of a service"},
		{"*.example.com", "1: *.example.com is no domain name of a service"},
		{"x TXT", "1: TXT is none of AAAA, A, MX, HTTPS, SVCB, nor a port"},
		{"x 0", "1: 0 is no port, or a second one (1 to 65535, once in a line)"},
		{"x 65536", "1: 65536 is no port, or a second one (1 to 65535, once in a line)"},
		{"x 1 1", "1: 1 is no port, or a second one (1 to 65535, once in a line)"},
		{"x \033[31m", "1: ?[31m is none of AAAA, A, MX, HTTPS, SVCB, nor a port"},
	};
	struct arena *arena = arena_new(4096);
	struct inventory inventory;
	char message[160];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(read_text(arena, rows[i][0], &inventory, message), ERR_SYNTAX);
		assert_string_equal(message, rows[i][1]);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_lines_that_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
