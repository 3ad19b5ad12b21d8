/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What routers and DHCP servers should tell clients about the resolvers of configurations: addresses, search list,
 * NAT64 prefixes, with lifetimes; as files for the programs that tell it.
 * Owned: client_advice_new/client_advice_free; it borrows the request.
 * Never has an address or a lifetime of its own per snippet: all come from one advice, so that they agree (C-07).
 */
#ifndef ADVISE_CLIENT_H
#define ADVISE_CLIENT_H

#include "base/text.h"
#include "config/config.h"

struct client_request {
	const struct config *const *configs; /* all that serve the same clients */
	size_t config_count;
	const char *const *services; /* names; none: every resolver service */
	size_t service_count;
	const struct name *search;
	size_t search_count;
	const char *interface; /* towards the clients */
	uint32_t interval_s;   /* MaxRtrAdvInterval: 4-1800, RFC 4861 6.2.1 */
};

struct client_server {
	struct ip_addr addr; /* without scope */
	const struct config_service *service;
};

struct client_advice {
	const struct client_request *request;
	struct client_server *servers; /* IPv6 first; those that resolve over both families in front */
	size_t server_count;
	struct ip_prefix *prefixes; /* NAT64 */
	size_t prefix_count;
	bool has_dns64;
	uint32_t lifetime_s;        /* RFC 8106 5.1: three intervals */
	uint32_t prefix_lifetime_s; /* RFC 8781 4.1: the same, in steps of 8 seconds, at most 65528 */
};

/*
 * What is wrong with the set as a whole goes to findings: S-05, DNS64 in one resolver and not in the other, listeners
 * that no option can carry. ERR_NOT_FOUND: nothing to advertise; -ENOMEM.
 */
int client_advice_new(const struct client_request *request, struct finding_list *findings,
		      struct client_advice **ret) MUST_USE;
void client_advice_free(struct client_advice *advice);

/* One row a program: each snippet is a whole file, and says in comments what it does not cover. */
struct client_snippet {
	const char *name; /* "radvd" */
	const char *file; /* where it goes */
	void (*write)(const struct client_advice *advice, struct text *out);
};
#define CLIENT_SNIPPET_COUNT 4
extern const struct client_snippet client_snippets[CLIENT_SNIPPET_COUNT];

/* For the writers. The head of a file: what it is for, behind its comment mark. */
void client_write_head(const struct client_advice *advice, const char *mark, const char *file, struct text *out);
/* The servers of a family between separators; how many. */
size_t client_write_servers(const struct client_advice *advice, enum family family, const char *separator,
			    struct text *out);
size_t client_count_servers(const struct client_advice *advice, enum family family);
void client_write_search(const struct client_advice *advice, const char *separator, struct text *out);
/* RFC 8925: how long a client leaves IPv4 alone; below 300 s it takes 300 (MIN_V6ONLY_WAIT). */
uint32_t client_v6only_s(const struct client_advice *advice);
void client_write_radvd(const struct client_advice *advice, struct text *out);
void client_write_kea6(const struct client_advice *advice, struct text *out);
void client_write_kea4(const struct client_advice *advice, struct text *out);
void client_write_networkd(const struct client_advice *advice, struct text *out);

#endif
