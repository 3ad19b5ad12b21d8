/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pieces of the nftables rule set: matches of listeners, chains of services and of what is denied.
 * Appends to the caller's text.
 * Never lets a service's name reach nft as anything but letters, digits, hyphens and underscores.
 */
#ifndef ADVISE_FIREWALL_RULES_H
#define ADVISE_FIREWALL_RULES_H

#include "advise/firewall.h"

/* The service's name as part of an nft name: "v6only-lan"; of two that would be the same, each has its number. */
#define RULE_LABEL_MAX 64
void rule_label(const struct config *config, size_t service, char ret[RULE_LABEL_MAX]);

/* Can others than this host reach the listener? */
bool rule_is_reachable(const struct config_listener *listener);
/* Has the service such a listener of the family? */
bool rule_has_family(const struct config_service *service, enum family family);

/* F-07: whatever is denied goes through a chain that counts it under a name of its own, deny_LABEL_WHAT, and puts a
 * sample, once a second, into the kernel's log. */
void rule_write_denial(const char *label, const char *what, const char *cause, struct text *out);

/* The sets NAME_v6 and NAME_v4 hold the prefixes of each family. */
void rule_write_prefixes(const char *name, enum family family, const struct ip_prefix *prefixes, size_t count,
			 struct text *out);
/* The sets of a service, its denials and the chain service_LABEL. */
void rule_write_service(const struct firewall_request *request, size_t service, struct text *out);

/* The listener as a match: `ip6 daddr 2001:db8::53`; of a wildcard `meta nfproto ipv6`. direction: "d" or "s". */
void rule_write_address(const struct config_listener *listener, const char *direction, struct text *out);

#endif
