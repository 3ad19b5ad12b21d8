/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/advise/advise.h"

#include "config/quantity.h"

#include <stdlib.h>
#include <string.h>

int advise_prefixes(struct cli *cli, const char *what, const char *const *texts, size_t count, struct ip_prefix **ret)
{
	struct ip_prefix *prefixes = calloc(count + 1, sizeof(*prefixes));
	if (prefixes == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < count; i++) {
		int err = ip_prefix_from_text(texts[i], &prefixes[i]);
		if (err == ERR_OK)
			continue;
		free(prefixes);
		if (err == ERR_MISMATCH)
			return cli_usage_error(cli, "%s %s: bits are set behind the prefix length", what, texts[i]);
		return cli_usage_error(cli, "%s %s: write a prefix such as 2001:db8:10::/48 or 192.0.2.0/24", what, texts[i]);
	}
	*ret = prefixes;
	return EXIT_OK;
}

int advise_number(struct cli *cli, const char *option, uint32_t least, uint32_t most, uint32_t *ret)
{
	const char *text = cli_value(cli, option);
	uint32_t number;
	if (text == NULL)
		return EXIT_OK;
	if (quantity_number(text, &number) != ERR_OK || number < least || number > most)
		return cli_usage_error(cli, "--%s %s: write a number from %u to %u", option, text, least, most);
	*ret = number;
	return EXIT_OK;
}

int advise_put(struct cli *cli, const char *schema, const char *key, struct text *text)
{
	struct text out = {0};
	struct json_writer json = {.out = &out};
	if (cli_is_json(cli)) {
		json_begin_object(&json, NULL);
		json_text(&json, "schema", schema);
		json_text(&json, key, text_string(text));
		json_end_object(&json);
		text_add_char(&out, '\n');
	}
	bool is_failed = text->is_failed || out.is_failed;
	fputs(text_string(cli_is_json(cli) ? &out : text), cli_out(cli));
	text_free(text);
	text_free(&out);
	return is_failed ? EXIT_INTERNAL : EXIT_OK;
}
