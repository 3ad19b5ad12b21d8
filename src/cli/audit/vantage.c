/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"
#include "cli/audit/audit.h"
#include "discover/resolv_conf.h"
#include "watch/asker.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define DNS_PORT 53
#define PATIENCE_US 1000000 /* a resolver of this host's own that takes longer says nothing */

/* At most NAT64_RESOLVERS_MAX; a host without the file has none. */
static int resolvers_take(struct audit *audit, struct ip_endpoint *ret, size_t *ret_count)
{
	const char *path = cli_value(audit->cli, "resolv-conf");
	struct resolv_conf conf = {0};
	struct text file = {0};
	int err = audit_file_read(path != NULL ? path : RESOLV_CONF, &file);
	if (err == ERR_OK)
		resolv_conf_read(span_of((const uint8_t *)file.data, file.size), &conf);
	text_free(&file);
	if (err != ERR_OK && path != NULL)
		return cli_usage_error(audit->cli, "--resolv-conf %s: %s", path, err_text(err));
	for (*ret_count = 0; *ret_count < conf.server_count && *ret_count < NAT64_RESOLVERS_MAX; ++*ret_count)
		ret[*ret_count] = (struct ip_endpoint){.addr = conf.servers[*ret_count], .port = DNS_PORT};
	return EXIT_OK;
}

int audit_vantage_ask(struct audit *audit, struct audit_book *book, struct asker *asker)
{
	struct ip_endpoint resolvers[NAT64_RESOLVERS_MAX];
	size_t count;
	bool is_fine = true;
	uint64_t start_us = clock_monotonic_us();
	int code = resolvers_take(audit, resolvers, &count);
	if (code != EXIT_OK)
		return code;
	while (is_fine && nat64_want(book->facts, resolvers, count) && clock_monotonic_us() - start_us < PATIENCE_US)
		is_fine = asker_run(asker, true);
	nat64_read(book->facts, audit->arena, &book->options.nat64);
	return is_fine ? EXIT_OK : EXIT_INTERNAL;
}
