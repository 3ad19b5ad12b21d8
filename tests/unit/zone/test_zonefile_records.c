/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/cmocka_all.h"
#include "zone/zonefile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What becomes of good text is judged by other programs in tests/system/test_zonefile_oracle.py; here are files:
 * what cannot be read, what includes what, and the guess of an origin. */

#define HEAD "$TTL 300\n@ SOA ns1 host 1 2 3 4 5\n@ NS ns1\nns1 AAAA 2001:db8::1\n"

struct folder {
	char path[64];
	char file[4][128];
};

static int folder_set_up(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));
	strcpy(folder->path, "/tmp/zonefile-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	static const char *const names[] = {"zone", "inc/a", "inc/b", "inc"};
	for (size_t i = 0; i < 4; i++)
		snprintf(folder->file[i], sizeof(folder->file[i]), "%s/%s", folder->path, names[i]);
	assert_int_equal(mkdir(folder->file[3], 0700), 0);
	*state = folder;
	return 0;
}

static int folder_tear_down(void **state)
{
	struct folder *folder = *state;
	for (size_t i = 0; i < 3; i++)
		unlink(folder->file[i]);
	rmdir(folder->file[3]);
	rmdir(folder->path);
	free(folder);
	return 0;
}

static void file_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static struct name origin_name(struct name_buffer *buffer)
{
	struct name origin;
	assert_int_equal(name_from_text(span_text("example.com."), name_root, buffer, &origin, NULL), ERR_OK);
	return origin;
}

static int load(const char *path, struct finding_list *findings, struct zone **ret)
{
	struct name_buffer buffer;
	struct zonefile_options options = {.path = path, .origin = origin_name(&buffer), .is_include_allowed = true};
	return zone_load(&options, findings, ret, NULL);
}

static bool zone_has(const struct zone *zone, const char *text)
{
	struct name_buffer buffer;
	struct name name;
	assert_int_equal(name_from_text(span_text(text), name_root, &buffer, &name, NULL), ERR_OK);
	const struct zone_node *node = zone_node_find(zone, name);
	return node != NULL && !zone_node_is_empty(node);
}

static void test_include(void **state)
{
	struct folder *folder = *state;
	struct finding_list *findings = finding_list_new();
	struct zone *zone = NULL;
	file_write(folder->file[0], HEAD "$INCLUDE inc/a sub\nafter AAAA ::1\n AAAA ::2\n");
	file_write(folder->file[1], "one AAAA ::1\n$ORIGIN deep\n$INCLUDE b\n$TTL 7\nfour AAAA ::1\n");
	file_write(folder->file[2], "two AAAA ::1\n$ORIGIN x.\n");
	assert_int_equal(load(folder->file[0], findings, &zone), ERR_OK);
	assert_int_equal(finding_count(findings), 0);
	assert_int_equal(zone_record_count(zone), 8);
	assert_true(zone_has(zone, "one.sub.example.com."));
	assert_true(zone_has(zone, "two.deep.sub.example.com."));
	assert_true(zone_has(zone, "four.deep.sub.example.com."));
	assert_true(zone_has(zone, "after.example.com."));
	zone_free(zone);
	finding_list_free(findings);
}

/* The one finding of a zone that does not load. */
static void assert_refused(const char *path, int wanted, const char *code, const char *file, uint32_t line,
                           const char *cause)
{
	struct finding_list *findings = finding_list_new();
	struct zone *zone = NULL;
	assert_int_equal(load(path, findings, &zone), wanted);
	assert_int_equal(finding_count(findings), 1);
	const struct finding *finding = finding_at(findings, 0);
	assert_string_equal(finding_row(finding->code)->code, code);
	assert_string_equal(finding->place.file, file);
	assert_int_equal(finding->place.line, line);
	assert_non_null(finding->fix);
	if (strstr(finding->cause, cause) == NULL)
		fail_msg("%s", finding->cause);
	finding_list_free(findings);
}

static void test_include_refused(void **state)
{
	struct folder *folder = *state;
	const char *zone = folder->file[0], *a = folder->file[1], *b = folder->file[2];
	file_write(zone, HEAD "$INCLUDE inc/a\n");
	file_write(b, "x AAAA ::1\n");
	file_write(a, "$INCLUDE ../zone\n");
	assert_refused(zone, ERR_FINDINGS, "ZON-13", a, 1, "includes itself");
	file_write(a, "\n$INCLUDE a\n");
	assert_refused(zone, ERR_FINDINGS, "ZON-13", a, 2, "includes itself");
	file_write(a, "$INCLUDE b\n\n y AAAA wrong\n");
	assert_refused(zone, ERR_FINDINGS, "ZON-01", a, 3, "no record type");
	file_write(a, "$INCLUDE nothing\n");
	assert_refused(zone, ERR_FINDINGS, "ZON-02", a, 1, "inc/nothing cannot be read: there is no such file");
	file_write(a, "$INCLUDE ../inc\n");
	assert_refused(zone, ERR_FINDINGS, "ZON-02", a, 1, "folder");
}

static void test_unreadable(void **state)
{
	struct folder *folder = *state;
	assert_refused(folder->file[0], -ENOENT, "ZON-02", folder->file[0], 0, "no such file");
	assert_refused(folder->file[3], -EISDIR, "ZON-02", folder->file[3], 0, "folder");
	assert_refused("/dev/null", -EINVAL, "ZON-02", "/dev/null", 0, "neither a file nor a pipe");
	file_write(folder->file[0], "");
	assert_refused(folder->file[0], -ENODATA, "ZON-02", folder->file[0], 0, "empty");
	if (geteuid() != 0) {
		file_write(folder->file[0], HEAD);
		assert_int_equal(chmod(folder->file[0], 0), 0);
		assert_refused(folder->file[0], -EACCES, "ZON-02", folder->file[0], 0, "ermission");
	}
}

static void test_generate_limit(void **state)
{
	struct name_buffer buffer;
	struct zonefile_options options = {.path = "x", .origin = origin_name(&buffer), .generate_max = 10};
	struct finding_list *findings = finding_list_new();
	struct zone_builder *builder;
	assert_int_equal(zone_builder_new(options.origin, &builder), ERR_OK);
	static const char text[] = HEAD "$GENERATE 1-6 a$ A 192.0.2.$\n$GENERATE 1-5 b$ A 192.0.2.$\n";
	assert_int_equal(zonefile_parse_text(&options, span_text(text), builder, findings), ERR_FINDINGS);
	assert_int_equal(finding_count(findings), 1);
	assert_int_equal(finding_at(findings, 0)->code, FINDING_ZONE_LIMIT);
	assert_int_equal(finding_at(findings, 0)->place.line, 6);
	assert_int_equal(zone_builder_record_count(builder), 9);
	zone_builder_free(builder);
	finding_list_free(findings);
}

static void assert_guess(const char *path, const char *text, const char *wanted)
{
	struct name_buffer buffer;
	struct name origin;
	char got[NAME_TEXT_MAX] = "none";
	file_write(path, text);
	if (zonefile_guess_origin(path, &buffer, &origin) == ERR_OK)
		name_to_text(origin, got);
	assert_string_equal(got, wanted);
}

static void test_guess_origin(void **state)
{
	struct folder *folder = *state;
	const char *path = folder->file[0];
	assert_guess(path, "example.org. 300 IN SOA a b 1 2 3 4 5\n", "example.org.");
	assert_guess(path, "\xef\xbb\xbf$ORIGIN example.net.\n@ IN 300 SOA a b 1 2 3 4 5\n", "example.net.");
	assert_guess(path, "$ORIGIN net.\nexample NS a\n 1h in soa a b (\n1 2 3 4 5)\n", "example.net.");
	assert_guess(path, "$ORIGIN net.\n$ORIGIN example\n@ SOA a b (\n1 2 3 4 5)\n", "example.net.");
	assert_guess(path, "$TTL 300\n@ SOA a b 1 2 3 4 5\n", "none");
	assert_guess(path, "a.example. TXT SOA soa\n", "none");
	assert_guess(path, "", "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_include, folder_set_up, folder_tear_down),
		cmocka_unit_test_setup_teardown(test_include_refused, folder_set_up, folder_tear_down),
		cmocka_unit_test_setup_teardown(test_unreadable, folder_set_up, folder_tear_down),
		cmocka_unit_test(test_generate_limit),
		cmocka_unit_test_setup_teardown(test_guess_origin, folder_set_up, folder_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
