/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An nftables rule set for the services of a configuration: who may come in, and what is counted when it may not.
 * Borrowed: reads the configuration and appends to the caller's text.
 * Never loads anything, and never filters what the host itself sends.
 */
#ifndef ADVISE_FIREWALL_H
#define ADVISE_FIREWALL_H

#include "base/text.h"
#include "config/config.h"

struct firewall_request {
	const struct config *config;
	const struct ip_prefix *management; /* who may reach ssh_port; none: nobody */
	size_t management_count;
	uint16_t ssh_port;
	/* Of one client network, /56 or /24, and one service (F-04); see `--rate` for why these are far above one client. */
	uint32_t queries_per_second;     /* over UDP */
	uint32_t connections_per_second; /* new ones, over TCP */
};

void firewall_write(const struct firewall_request *request, struct text *out);

/*
 * T-10: the table that limits the segment size announced in SYNs that cross, enter or leave the machine.
 * packaging/nftables/mss.nft is its text for ports 53 and 853 and 1220 octets.
 */
void firewall_write_mss(const uint16_t *ports, size_t count, uint16_t mss, struct text *out);

#endif
