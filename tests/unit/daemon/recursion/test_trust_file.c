/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/trust_file.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/sextant-trust-XXXXXX";

static int folder_make(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int folder_remove(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static struct name name_make(const char *text, struct name_buffer *buffer)
{
	struct name name;
	assert_int_equal(name_from_text(span_text(text), name_root, buffer, &name, NULL), ERR_OK);
	return name;
}

/* Names of services and zones are the operator's and the world's: they stay inside the folder, and apart. */
static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *service, *owner, *file;
	} rows[] = {{"lan", ".", "/s/anchor.lan.%2E"},
	            {"lan", "lab.", "/s/anchor.lan.lab%2E"},
	            {"../../etc", "a/b.", "/s/anchor.%2E%2E%2F%2E%2E%2Fetc.a%2Fb%2E"},
	            {"a.b", "c.", "/s/anchor.a%2Eb.c%2E"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct name_buffer buffer;
		struct text out = {0};
		trust_file_name("/s", rows[i].service, name_make(rows[i].owner, &buffer), &out);
		assert_string_equal(text_string(&out), rows[i].file);
		text_free(&out);
	}
}

static void test_write_then_read(void **state)
{
	(void)state;
	struct text text = {0}, back = {0};
	assert_int_equal(trust_file_read(folder, "lan", name_root, &back), ERR_NOT_FOUND);
	for (unsigned i = 0; i < 1000; i++)
		text_addf(&text, "line %u\n", i);
	assert_int_equal(trust_file_write(folder, "lan", name_root, &text), ERR_OK);
	text_add(&text, "the end\n"); /* takes the place of the first */
	assert_int_equal(trust_file_write(folder, "lan", name_root, &text), ERR_OK);
	assert_int_equal(trust_file_read(folder, "lan", name_root, &back), ERR_OK);
	assert_string_equal(text_string(&back), text_string(&text));
	char path[128];
	snprintf(path, sizeof(path), "%s/anchor.lan.%%2E.new", folder);
	assert_int_equal(access(path, F_OK), -1);
	text_free(&text);
	text_free(&back);
}

static void test_what_cannot_be_written_leaves_the_old(void **state)
{
	(void)state;
	struct name_buffer buffer;
	struct name lab = name_make("lab.", &buffer);
	struct text text = {0}, back = {0};
	text_add(&text, "old\n");
	assert_int_equal(trust_file_write(folder, "lan", lab, &text), ERR_OK);
	char path[128];
	snprintf(path, sizeof(path), "%s/anchor.lan.lab%%2E.new", folder);
	assert_int_equal(mkdir(path, 0700), 0); /* in the way of the new one, for root, too */
	text_add(&text, "new\n");
	assert_int_equal(trust_file_write(folder, "lan", lab, &text), -EISDIR);
	assert_int_equal(trust_file_read(folder, "lan", lab, &back), ERR_OK);
	assert_string_equal(text_string(&back), "old\n");
	assert_int_equal(trust_file_write("/nowhere/at/all", "lan", lab, &text), -ENOENT);
	text_free(&text);
	text_free(&back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_write_then_read),
	                                   cmocka_unit_test(test_what_cannot_be_written_leaves_the_old)};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
