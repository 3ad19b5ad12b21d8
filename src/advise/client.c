/* SPDX-License-Identifier: BSD-2-Clause */
#include "advise/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PREF64_LIFETIME_MAX 65528 /* RFC 8781 4: thirteen bits in units of eight seconds */
#define V6ONLY_WAIT_MIN 300       /* RFC 8925 3.4 */

const struct client_snippet client_snippets[CLIENT_SNIPPET_COUNT] = {
	{"radvd", "/etc/radvd.conf", client_write_radvd},
	{"kea-dhcp6", "/etc/kea/kea-dhcp6.conf", client_write_kea6},
	{"kea-dhcp4", "/etc/kea/kea-dhcp4.conf", client_write_kea4},
	{"networkd", "/etc/systemd/network/50-clients.network", client_write_networkd},
};

static bool is_wanted(const struct client_request *request, const struct config_service *service)
{
	for (size_t i = 0; i < request->service_count; i++) {
		if (strcmp(request->services[i], service->name) == 0)
			return true;
	}
	return request->service_count == 0 && service->role == CONFIG_ROLE_RESOLVER;
}

/* Options carry addresses: no port, and no "all of this host". */
static const char *unadvertised(const struct config_listener *listener)
{
	if (ip_addr_is_loopback(&listener->endpoint.addr))
		return "is this host's own";
	if (ip_addr_is_any(&listener->endpoint.addr))
		return "stands for all addresses of the host";
	if (listener->endpoint.port != 53)
		return "is not on port 53, and no option carries a port";
	return NULL;
}

static bool has_server(const struct client_advice *advice, const struct ip_addr *addr)
{
	for (size_t i = 0; i < advice->server_count; i++) {
		if (ip_addr_equal(&advice->servers[i].addr, addr))
			return true;
	}
	return false;
}

static void add_service(struct client_advice *advice, const char *path, const struct config_service *service,
			struct finding_list *findings)
{
	for (size_t i = 0; i < service->listener_count; i++) {
		const struct config_listener *listener = &service->listeners[i];
		const char *why = unadvertised(listener);
		struct ip_addr addr = listener->endpoint.addr;
		addr.scope = 0; /* on the clients' link it is their scope */
		if (why != NULL) {
			char text[IP_ENDPOINT_TEXT_MAX];
			struct place place = {path, listener->line, listener->column, 0};
			ip_endpoint_to_text(&listener->endpoint, text);
			(void)finding_add(findings, FINDING_CLIENT_UNADVERTISED, place, service->name,
					  "listen on an address of its own, port 53",
					  "Clients are not told of %s: it %s.", text, why);
		} else if (!has_server(advice, &addr)) {
			advice->servers[advice->server_count++] = (struct client_server){addr, service};
		}
	}
}

static void add_prefix(struct client_advice *advice, const struct ip_prefix *prefix)
{
	for (size_t i = 0; i < advice->prefix_count; i++) {
		if (ip_prefix_equal(&advice->prefixes[i], prefix))
			return;
	}
	advice->prefixes[advice->prefix_count++] = *prefix;
}

/* RFC 8781 has no IPv4 ranges: only a prefix that stands for all of IPv4 can be told. */
static void add_prefixes(struct client_advice *advice, const struct config_service *service)
{
	const struct config_pref64 *pref64 = &service->resolver.dns64.prefix;
	if (!service->resolver.has_dns64)
		return;
	advice->has_dns64 = true;
	for (size_t i = 0; i < pref64->rule_count; i++) {
		if (pref64->rules[i].range.length == 0)
			add_prefix(advice, &pref64->rules[i].prefix);
	}
}

static bool is_before(const struct client_server *a, const struct client_server *b)
{
	bool is_a_single = config_resolver_is_single_stack(&a->service->resolver);
	bool is_b_single = config_resolver_is_single_stack(&b->service->resolver);
	if (a->addr.family != b->addr.family)
		return a->addr.family == FAMILY_IPV6;
	return !is_a_single && is_b_single;
}

/* By insertion: it is stable, so that the order of the file stays among equals, and lists are short. */
static void sort_servers(struct client_advice *advice)
{
	for (size_t i = 1; i < advice->server_count; i++) {
		struct client_server server = advice->servers[i];
		size_t at = i;
		for (; at > 0 && is_before(&server, &advice->servers[at - 1]); at--)
			advice->servers[at] = advice->servers[at - 1];
		advice->servers[at] = server;
	}
}

/*
 * S-05, RFC 10001 4.3: a host uses any three of what it is told, so three without dual-stack resolution may be all it
 * has. That at most two lack it is the same as one that has it among every three.
 */
static void judge_three(const struct client_advice *advice, struct finding_list *findings)
{
	size_t single = 0;
	for (size_t i = 0; i < advice->server_count; i++)
		single += config_resolver_is_single_stack(&advice->servers[i].service->resolver);
	if (single >= 3 || (single > 0 && single == advice->server_count))
		(void)finding_add(
			findings, FINDING_CLIENT_SINGLE_STACK, (struct place){0}, NULL,
			"upstream-families: [ipv6, ipv4], upstream-nat64 or fallback for all but two of them",
			"Of %zu advertised resolvers %zu resolve over one family only; a host that uses three of them "
			"may have no other.",
			advice->server_count, single);
}

static void judge_dns64(const struct client_advice *advice, struct finding_list *findings)
{
	const struct config_service *with = NULL, *without = NULL;
	for (size_t i = 0; i < advice->server_count; i++) {
		const struct config_service *service = advice->servers[i].service;
		*(service->resolver.has_dns64 ? &with : &without) = service;
	}
	if (with != NULL && without != NULL)
		(void)finding_add(findings, FINDING_CLIENT_DNS64_MIXED, (struct place){0}, NULL,
				  "advise each network its own: --service NAME",
				  "%s has DNS64 and %s has not, and clients would be told of both.", with->name,
				  without->name);
}

static int gather(struct client_advice *advice, struct finding_list *findings)
{
	const struct client_request *request = advice->request;
	size_t listeners = 0, rules = 0;
	for (size_t c = 0; c < request->config_count; c++) {
		for (size_t s = 0; s < request->configs[c]->service_count; s++) {
			listeners += request->configs[c]->services[s].listener_count;
			rules += request->configs[c]->services[s].resolver.dns64.prefix.rule_count;
		}
	}
	advice->servers = calloc(listeners + 1, sizeof(*advice->servers));
	advice->prefixes = calloc(rules + 1, sizeof(*advice->prefixes));
	if (advice->servers == NULL || advice->prefixes == NULL)
		return -ENOMEM;
	for (size_t c = 0; c < request->config_count; c++) {
		const struct config *config = request->configs[c];
		for (size_t s = 0; s < config->service_count; s++) {
			if (!is_wanted(request, &config->services[s]))
				continue;
			add_service(advice, config->path, &config->services[s], findings);
			add_prefixes(advice, &config->services[s]);
		}
	}
	return advice->server_count > 0 ? ERR_OK : ERR_NOT_FOUND;
}

int client_advice_new(const struct client_request *request, struct finding_list *findings, struct client_advice **ret)
{
	struct client_advice *advice = calloc(1, sizeof(*advice));
	if (advice == NULL)
		return -ENOMEM;
	advice->request = request;
	/* RFC 8106 5.1: at least three intervals, so that two lost advertisements take no resolver away. */
	advice->lifetime_s = 3 * request->interval_s;
	/* RFC 8781 4.1: the same, rounded up to its unit, and no more than fits. */
	advice->prefix_lifetime_s = (advice->lifetime_s + 7) / 8 * 8;
	if (advice->prefix_lifetime_s > PREF64_LIFETIME_MAX)
		advice->prefix_lifetime_s = PREF64_LIFETIME_MAX;
	int err = gather(advice, findings);
	if (err != ERR_OK) {
		client_advice_free(advice);
		return err;
	}
	sort_servers(advice);
	judge_three(advice, findings);
	judge_dns64(advice, findings);
	*ret = advice;
	return ERR_OK;
}

void client_advice_free(struct client_advice *advice)
{
	if (advice == NULL)
		return;
	free(advice->servers);
	free(advice->prefixes);
	free(advice);
}

size_t client_count_servers(const struct client_advice *advice, enum family family)
{
	size_t count = 0;
	for (size_t i = 0; i < advice->server_count; i++)
		count += advice->servers[i].addr.family == family;
	return count;
}

size_t client_write_servers(const struct client_advice *advice, enum family family, const char *separator,
			    struct text *out)
{
	size_t count = 0;
	for (size_t i = 0; i < advice->server_count; i++) {
		char text[IP_ADDR_TEXT_MAX];
		if (advice->servers[i].addr.family != family)
			continue;
		ip_addr_to_text(&advice->servers[i].addr, text);
		text_addf(out, "%s%s", count++ > 0 ? separator : "", text);
	}
	return count;
}

void client_write_search(const struct client_advice *advice, const char *separator, struct text *out)
{
	for (size_t i = 0; i < advice->request->search_count; i++) {
		char text[NAME_TEXT_MAX];
		name_to_display(advice->request->search[i], text);
		text_addf(out, "%s%s", i > 0 ? separator : "", text);
	}
}

uint32_t client_v6only_s(const struct client_advice *advice)
{
	return advice->lifetime_s > V6ONLY_WAIT_MIN ? advice->lifetime_s : V6ONLY_WAIT_MIN;
}
