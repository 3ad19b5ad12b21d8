/* SPDX-License-Identifier: BSD-2-Clause */
#include "advise/firewall.h"

#include "cli/advise/advise.h"

#include <stdlib.h>
#include <string.h>

static const struct cli_option options[] = {
	{"management", 0, "PREFIX", "a network from which SSH is let in; may be repeated; none: nobody, by any family"},
	{"ssh-port", 0, "PORT", "the port of SSH (22)"},
	{"rate", 0, "NUMBER", "UDP queries a second that one /56 or /24 may send to a service (2000)"},
	{"tcp-rate", 0, "NUMBER", "new TCP connections a second that one /56 or /24 may open to a service (200)"},
	{NULL},
};

/* Without the option the operator would be locked out, so its absence must be said: `none`. */
static int read_management(struct cli *cli, struct ip_prefix **ret, size_t *ret_count)
{
	const char *const *texts;
	size_t count = cli_values(cli, "management", &texts);
	if (count == 0)
		return cli_usage_error(cli, "advise firewall needs --management PREFIX: the network you administer this host from "
					    "(its SSH would be denied), or --management none");
	if (count == 1 && strcmp(texts[0], "none") == 0)
		count = 0;
	*ret_count = count;
	return advise_prefixes(cli, "--management", texts, count, ret);
}

static int write_rules(struct cli *cli, struct firewall_request *request)
{
	const char *const *operands;
	size_t count = cli_operands(cli, &operands);
	struct config *config = NULL;
	struct text out = {0};
	if (count > 1)
		return cli_usage_error(cli, "advise firewall takes one configuration");
	int code = cli_config_load(cli, count > 0 ? operands[0] : cli_config_path(cli), "sextant.advise-firewall/1", &config);
	if (config == NULL)
		return code;
	request->config = config;
	firewall_write(request, &out);
	config_free(config);
	return advise_put(cli, "sextant.advise-firewall/1", "nftables", &out);
}

static int run(struct cli *cli)
{
	struct firewall_request request = {.queries_per_second = 2000, .connections_per_second = 200};
	struct ip_prefix *management = NULL;
	uint32_t ssh_port = 22;
	int code = read_management(cli, &management, &request.management_count);
	if (code == EXIT_OK)
		code = advise_number(cli, "ssh-port", 1, 65535, &ssh_port);
	if (code == EXIT_OK)
		code = advise_number(cli, "rate", 1, 1000000, &request.queries_per_second);
	if (code == EXIT_OK)
		code = advise_number(cli, "tcp-rate", 1, 1000000, &request.connections_per_second);
	request.management = management;
	request.ssh_port = (uint16_t)ssh_port;
	if (code == EXIT_OK)
		code = write_rules(cli, &request);
	free(management);
	return code;
}

const struct command command_advise_firewall = {
	.name = "advise firewall",
	.summary = "an nftables rule set for the services of a configuration",
	.usage = "--management PREFIX|none [CONFIG]",
	.description =
		"Both families, UDP and TCP of each listener: an authoritative service is open to everybody, a resolver to its "
		"allow: networks. ICMPv6 errors, neighbour discovery and ICMP's \"fragmentation needed\" come in, SSH from the "
		"management networks alone, replies to what the host asks by connection tracking; everything else is denied. Each "
		"denial has a counter of its own name and a sampled line in the kernel's log.\n"
		"Limits hold per client network, /56 and /24, so their defaults are far above what one client asks: a carrier's "
		"NAT is one network too. They stop a flood, not amplification by forged sources, which stay below any limit.\n"
		"Listeners on loopback get no rule. What else the host serves needs rules of its own in front of the last one.\n"
		"Look at the result with nft -c -f before loading it.",
	.options = options,
	.run = run,
};
