/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"
#include "cli/doctor/clients.h"
#include "cli/doctor/inquiry.h"

/* What --client alone does not look at. */
static int run_doctor(struct cli *cli)
{
	static const char *const others[] = {"server", "port", "logs", "only", "bundle", "hints", "anchor"};
	if (!cli_flag(cli, "client"))
		return inquiry_command(cli);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (cli_value(cli, others[i]) != NULL)
			return cli_usage_error(cli, "--client looks at client discovery alone: --%s is not for it", others[i]);
	}
	return client_command(cli);
}

const struct command command_doctor = {
	.name = "doctor",
	.summary = "go through the incident checklist for a name, and say what most likely is broken",
	.usage = "[NAME [TYPE]]",
	/* clang-format off */
	.description =
	    "Six steps, in this order, each with its evidence; none is left out for what another finds. 1 (authority): AAAA, A and "
	    "PTR of NAME from every authoritative address, over both families. 2 (transport): UDP, TCP and 1232 octets to each "
	    "of these addresses and to the resolvers. 3 (validation): NAME validated here, over each family by itself, and each "
	    "resolver with and without checking beside what the zone says; DNS64 prefixes. 4 (discovery): what clients of this "
	    "network are told of DNS, as --client. 5 (fallback): connections to the service over each family. 6 (radius): which "
	    "resolvers and which names are hit. At the end stands the most likely cause and what to do next: the gravest, and of "
	    "those as grave the first in the checklist.\n"
	    "\n"
	    "Without a NAME the resolvers and client discovery are looked at. The resolvers are those of --server (several), else "
	    "those of resolv.conf. A TYPE is looked at beside AAAA and A. What this host cannot see, such as a family that it does "
	    "not have, is undetermined, never fine. --only looks at one step (several: --only 3 --only fallback).\n"
	    "\n"
	    "Query logs of the resolvers (--logs) add to step 5 how often AAAA failed where A was answered, and to step 6 who is hit: "
	    "clients by /48, /56, /16 and /24, resolvers, types and names, at or below the zone of NAME. What a log does not tell is "
	    "not observable, never fine.\n"
	    "\n"
	    "Client discovery solicits router advertisements and sends a DHCPv6 information-request on every interface that is up, "
	    "reads the DHCPv4 leases and the resolv.conf of this host, and asks each resolver that clients are told of. What comes "
	    "out is judged: clients with an address and no usable DNS, by the kind of client (Android takes IPv6 resolvers from "
	    "RDNSS alone); M or O flags without a DHCPv6 server; lifetimes; routers that disagree; resolver addresses that "
	    "embed IPv4; and, where more than three resolvers are advertised, whether every three of them have one with "
	    "dual-stack resolution (RFC 10001 4.3).\n"
	    "\n"
	    "Nothing on this host is configured and no lease is taken. Routers are asked over a raw socket (CAP_NET_RAW), "
	    "DHCPv6 from port 546 (CAP_NET_BIND_SERVICE, and no DHCPv6 client on it): run it as root. Without these rights "
	    "it listens to what the kernel tells of advertisements in the meantime, and says what it could not see.\n"
	    "\n"
	    "Whether a resolver that clients are told of is dual-stack, and whether it validates, is tested with names of your "
	    "choice and not tested without: names whose zones have name servers with IPv6 addresses only or IPv4 addresses only, and "
	    "one with an A record whose signature does not verify. --timeout is the time to wait for routers and DHCPv6 (5s), for "
	    "an answer (3s) and for a connection (3s).\n"
	    "\n"
	    "Exit codes: 0 nothing wrong, 1 findings (--fail-on), 2 bad usage, 3 something could not be seen.",
	/* clang-format on */
	.options =
	    (const struct cli_option[]){
		    {"client", 0, NULL, "client discovery alone: what routers, DHCP and resolv.conf say, and whether it works"},
		    {"server", 0, "ADDR", "a resolver to examine, ADDR or ADDR@PORT; several times"},
		    {"port", 0, "N", "the port of the service; else that of the HTTPS record, else 443 and 80"},
		    {"logs", 0, "FILE", "a query log of a resolver, of any format that tail reads; several times"},
		    {"only", 0, "STEP", "this step alone: 1 to 6, or its name; several times"},
		    {"bundle", 0, "FILE", "write all that was seen into one JSON document, to be put into a ticket"},
		    {"hints", 0, "FILE", "the root servers to begin with, in the form of named.root"},
		    {"anchor", 0, "FILE", "trust anchors (DS or DNSKEY records); else those of dns-root-data"},
		    {"iface", 0, "IF", "client discovery: this interface alone"},
		    {"probe-v6", 0, "NAME", "client discovery: a name that only IPv6 leads to"},
		    {"probe-v4", 0, "NAME", "client discovery: a name that only IPv4 leads to"},
		    {"probe-bogus", 0, "NAME", "client discovery: a name whose A record does not validate"},
		    {"resolv-conf", 0, "FILE", "another one than " DOCTOR_RESOLV_CONF ", such as a container's"},
		    {"lease", 0, "FILE", "the DHCPv4 lease: of dhclient, systemd-networkd, NetworkManager or dhcpcd"},
		    {NULL}},
	.run = run_doctor,
};
