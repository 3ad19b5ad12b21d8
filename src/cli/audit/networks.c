/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/audit.h"

#include "audit/asn_table.h"
#include "ip/nat64.h"

#include <errno.h>

#define PREFIXES_MOST 16

/* --pref64: prefixes that translators of networks use. */
static int prefixes_take(struct audit *audit)
{
	const char *const *texts;
	size_t count = cli_values(audit->cli, "pref64", &texts);
	struct ip_prefix *prefixes =
		arena_alloc_zeroed(audit->arena, (count + 1) * sizeof(*prefixes), _Alignof(struct ip_prefix));
	if (prefixes == NULL)
		return EXIT_INTERNAL;
	if (count > PREFIXES_MOST)
		return cli_usage_error(audit->cli, "--pref64: at most %d prefixes", PREFIXES_MOST);
	for (size_t i = 0; i < count; i++) {
		if (ip_prefix_from_text(texts[i], &prefixes[i]) != ERR_OK || !nat64_is_prefix(&prefixes[i]))
			return cli_usage_error(
				audit->cli,
				"--pref64 %s: it is no NAT64 prefix (RFC 6052 2.2): IPv6, with a length of 32, "
				"40, 48, 56, 64 or 96, and bits 64 to 71 zero",
				texts[i]);
	}
	audit->options.pref64 = prefixes;
	audit->options.pref64_count = count;
	return EXIT_OK;
}

static int asns_take(struct audit *audit)
{
	const char *path = cli_value(audit->cli, "asn-table");
	struct text text = {0};
	size_t line = 0;
	if (path == NULL)
		return EXIT_OK;
	int err = audit_file_read(path, &text);
	bool is_read = err == ERR_OK;
	if (is_read)
		err = asn_table_new(span_of(text.data, text.size), &line, &audit->asns);
	text_free(&text);
	audit->options.asns = audit->asns;
	if (err == ERR_SYNTAX)
		return cli_usage_error(audit->cli, "%s:%zu: a line is PREFIX ASN: 2001:db8::/32 64500", path, line);
	if (err != ERR_OK)
		return err == -ENOMEM ? EXIT_INTERNAL : cli_usage_error(audit->cli, "%s: %s", path, err_text(err));
	return EXIT_OK;
}

int audit_networks_take(struct audit *audit)
{
	int code = prefixes_take(audit);
	return code == EXIT_OK ? asns_take(audit) : code;
}
