/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/config/resolver_text.h"

int load(const char *text, struct finding_list *findings, struct config **ret)
{
	return config_load_text("etc/sextant.yaml", span_text(text), NULL, findings, ret);
}

struct config *load_good(const char *text)
{
	struct finding_list *findings = finding_list_new();
	struct config *config = NULL;
	int err = load(text, findings, &config);
	for (size_t i = 0; err != ERR_OK && i < finding_count(findings); i++)
		print_error("%s %s\n", finding_row(finding_at(findings, i)->code)->code,
			    finding_at(findings, i)->cause);
	assert_int_equal(err, ERR_OK);
	finding_list_free(findings);
	return config;
}

void check_server(const struct policy_server *server, const char *expected)
{
	char text[IP_ENDPOINT_TEXT_MAX];
	ip_endpoint_to_text(&server->endpoint, text);
	assert_string_equal(text, expected);
}

void check_name(struct name name, const char *expected)
{
	char text[NAME_TEXT_MAX];
	name_to_text(name, text);
	assert_string_equal(text, expected);
}
