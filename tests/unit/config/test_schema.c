/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/schema.h"

#include "config/option.h"
#include "tests/unit/cmocka_all.h"

#include <jansson.h>

/* Follows a row's path through the schema: a word is a property, "*" the schema of all others. */
static json_t *find(json_t *schema, const char *path)
{
	char word[64];
	while (*path != '\0' && schema != NULL) {
		size_t size = strcspn(path, ".");
		snprintf(word, sizeof(word), "%.*s", (int)size, path);
		schema = strcmp(word, "*") == 0 ? json_object_get(schema, "additionalProperties")
						: json_object_get(json_object_get(schema, "properties"), word);
		path += size + (path[size] == '.');
	}
	return schema;
}

static json_t *load(void)
{
	struct text text = {0};
	config_schema(&text);
	json_error_t error;
	json_t *schema = json_loads(text_string(&text), JSON_REJECT_DUPLICATES, &error);
	if (schema == NULL)
		fail_msg("%d: %s", error.line, error.text);
	text_free(&text);
	return schema;
}

static void every_row_is_in_it(void **state)
{
	json_t *schema = load();
	for (size_t i = 0; i < option_count; i++) {
		json_t *found = find(schema, option_rows[i].path);
		if (found == NULL || json_string_length(json_object_get(found, "description")) == 0)
			fail_msg("%s is missing", option_rows[i].path);
		bool has_type = json_object_get(found, "type") != NULL || json_object_get(found, "enum") != NULL ||
				json_object_get(found, "anyOf") != NULL;
		if (!has_type)
			fail_msg("%s has no type", option_rows[i].path);
	}
	assert_non_null(find(schema, "services.*.transport.tcp-mss"));
	json_decref(schema);
}

static void blocks_are_closed_and_name_what_they_need(void **state)
{
	json_t *schema = load();
	static const char *const blocks[] = {"",        "node",  "transport", "services.*", "services.*.log",
					     "zones.*", "keys.*", "services.*.dns64", "services.*.forward.*"};
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		assert_true(json_is_false(json_object_get(find(schema, blocks[i]), "additionalProperties")));
	json_t *required = json_object_get(find(schema, "services.*"), "required");
	assert_int_equal(json_array_size(required), 2); /* zones stands with its role */
	assert_string_equal(json_string_value(json_array_get(required, 0)), "role");
	json_t *role = json_object_get(json_array_get(json_object_get(find(schema, "services.*"), "allOf"), 0), "then");
	assert_string_equal(json_string_value(json_array_get(json_object_get(role, "required"), 0)), "zones");
	assert_true(json_is_false(json_object_get(json_object_get(role, "properties"), "allow")));
	assert_null(json_object_get(json_object_get(role, "properties"), "any"));
	role = json_object_get(json_array_get(json_object_get(find(schema, "services.*"), "allOf"), 1), "then");
	assert_int_equal(json_array_size(json_object_get(role, "required")), 0);
	assert_true(json_is_false(json_object_get(json_object_get(role, "properties"), "zones")));
	json_t *mss = find(schema, "transport.tcp-mss");
	assert_int_equal(json_integer_value(json_object_get(mss, "minimum")), 1220);
	assert_int_equal(json_integer_value(json_object_get(mss, "maximum")), 1388);
	json_decref(schema);
}

static void options_are_found_as_operators_write_them(void **state)
{
	static const struct {
		const char *path, *row;
	} rows[] = {
		{"transport.tcp-mss", "transport.tcp-mss"},
		{"services.public.listen", "services.*.listen"},
		{"services.public.transport", "services.*.transport"},
		{"services.public.transport.tcp-mss", "transport.tcp-mss"},
		{"services.*.log.queries", "services.*.log.queries"},
		{"services", "services"},
		{"services.office.forward.corp.to", "services.*.forward.*.to"},
		{"services.office.dns64.prefix", "services.*.dns64.prefix"},
	};
	static const char *const unknown[] = {
		"", "tcp", "services.public.", "services..listen", "transport.tcp-mss.x", "a.b"};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct option *option = option_by_path(rows[i].path);
		assert_non_null(option);
		assert_string_equal(option->path, rows[i].row);
	}
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_null(option_by_path(unknown[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_in_it),
		cmocka_unit_test(blocks_are_closed_and_name_what_they_need),
		cmocka_unit_test(options_are_found_as_operators_write_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
