/* SPDX-License-Identifier: BSD-2-Clause */
/* What routers and DHCPv6 servers of one link say, held against the RFCs and against each other. */
#include "doctor/client_judge.h"

#include <stdio.h>

#define SUBJECT_MAX 128
#define INTERVAL_LEAST_S 4 /* RFC 4861 6.2.1: MaxRtrAdvInterval is no less */

/* "router fe80::1%eth0"; without an interface of that index the number stands in its place. */
static void router_subject(const struct advertisement *router, char ret[SUBJECT_MAX])
{
	char text[IP_ADDR_TEXT_MAX];
	ip_addr_to_text(&router->router, text);
	snprintf(ret, SUBJECT_MAX, "router %s", text);
}

/* --- RDNSS lifetimes, RFC 8106 5.1 --- */

static void judge_lifetime(const struct advertisement *router, const struct advertisement_server *server,
                           struct finding_list *findings)
{
	static const char fix[] = "set the lifetime to 3 x MaxRtrAdvInterval or more (radvd: AdvRDNSSLifetime)";
	char text[IP_ADDR_TEXT_MAX], subject[SUBJECT_MAX];
	ip_addr_to_text(&server->addr, text);
	router_subject(router, subject);
	struct finding *finding = NULL;
	uint64_t least_ms = router->interval_ms > 0 ? 3 * (uint64_t)router->interval_ms : 3000 * INTERVAL_LEAST_S;
	if (server->lifetime_s == 0)
		finding_add(findings, FINDING_RDNSS_LIFETIME, (struct place){0}, subject, fix,
		            "%s: RDNSS %s has lifetime 0, clients stop using it at once.", subject, text);
	else if (server->lifetime_s * 1000ull < least_ms)
		finding_add(findings, FINDING_RDNSS_LIFETIME, (struct place){0}, subject, fix,
		            "%s: RDNSS %s has a lifetime of %u s, and advertisements may be %llu s apart. One that is lost "
		            "leaves clients without it: 3 x the interval is wanted.",
		            subject, text, server->lifetime_s, (unsigned long long)(least_ms / 3000));
	else if (router->interval_ms == 0 && server->lifetime_s < router->lifetime_s)
		finding = finding_add(findings, FINDING_RDNSS_LIFETIME, (struct place){0}, subject, fix,
		                      "%s: RDNSS %s has a lifetime of %u s, less than the %u s of the router. DNS is gone before "
		                      "the route. The interval is not advertised, so whether it is too short is not known.",
		                      subject, text, server->lifetime_s, router->lifetime_s);
	if (finding != NULL)
		finding->severity = SEVERITY_NOTICE;
}

/* --- Routers that disagree, RFC 4861 6.2.7 --- */

static const struct advertisement_server *server_find(const struct advertisement *router, const struct ip_addr *addr)
{
	for (size_t i = 0; i < router->server_count; i++) {
		if (ip_addr_equal(&router->servers[i].addr, addr))
			return &router->servers[i];
	}
	return NULL;
}

static void judge_servers(const struct advertisement *a, const struct advertisement *b, const char *subject,
                          struct finding_list *findings)
{
	for (size_t i = 0; i < a->server_count; i++) {
		const struct advertisement_server *other = server_find(b, &a->servers[i].addr);
		char text[IP_ADDR_TEXT_MAX];
		ip_addr_to_text(&a->servers[i].addr, text);
		if (other == NULL)
			finding_add(findings, FINDING_ROUTERS_DIFFER, (struct place){0}, subject,
			            "advertise the same resolvers on all routers of the link", "%s: only one of them advertises RDNSS %s.",
			            subject, text);
		else if (other->lifetime_s != a->servers[i].lifetime_s && a < b) /* said once a pair */
			finding_add(findings, FINDING_ROUTERS_DIFFER, (struct place){0}, subject,
			            "give the resolver one lifetime on all routers of the link",
			            "%s: RDNSS %s has a lifetime of %u s at one and of %u s at the other. The last one heard counts.",
			            subject, text, a->servers[i].lifetime_s, other->lifetime_s);
	}
}

static bool has_pref64(const struct advertisement *router, const struct ip_prefix *prefix)
{
	for (size_t i = 0; i < router->pref64_count; i++) {
		if (router->pref64s[i].lifetime_s > 0 && ip_prefix_equal(&router->pref64s[i].pref64.prefix, prefix))
			return true;
	}
	return false;
}

static bool has_any_pref64(const struct advertisement *router)
{
	for (size_t i = 0; i < router->pref64_count; i++) {
		if (router->pref64s[i].lifetime_s > 0)
			return true;
	}
	return false;
}

static void judge_pref64s(const struct advertisement *a, const struct advertisement *b, const char *subject,
                          struct finding_list *findings)
{
	for (size_t i = 0; i < a->pref64_count; i++) {
		const struct ip_prefix *prefix = &a->pref64s[i].pref64.prefix;
		char text[IP_PREFIX_TEXT_MAX];
		if (a->pref64s[i].lifetime_s == 0 || has_pref64(b, prefix))
			continue;
		ip_prefix_to_text(prefix, text);
		finding_add(findings, FINDING_PREF64_DIFFERS, (struct place){0}, subject,
		            "advertise the same NAT64 prefixes on all routers of the link",
		            "%s: one of them advertises the NAT64 prefix %s, and the other %s.", subject, text,
		            has_any_pref64(b) ? "another one" : "none");
	}
}

static void judge_pair(const struct client_interface *at, const struct advertisement *a, const struct advertisement *b,
                       struct finding_list *findings)
{
	char first[IP_ADDR_TEXT_MAX], second[IP_ADDR_TEXT_MAX], subject[2 * IP_ADDR_TEXT_MAX + 64];
	ip_addr_to_text(&a->router, first);
	ip_addr_to_text(&b->router, second);
	snprintf(subject, sizeof(subject), "interface %s, routers %s and %s", at->name, first, second);
	if (a->has_header && b->has_header && (a->is_managed != b->is_managed || a->is_other != b->is_other))
		finding_add(findings, FINDING_ROUTERS_DIFFER, (struct place){0}, subject,
		            "set the flags alike on all routers of the link",
		            "%s: one says M=%d O=%d and the other M=%d O=%d. Whether clients ask DHCPv6 depends on whom they "
		            "heard last.", subject, a->is_managed, a->is_other, b->is_managed, b->is_other);
	judge_servers(a, b, subject, findings);
	judge_servers(b, a, subject, findings);
	judge_pref64s(a, b, subject, findings);
	judge_pref64s(b, a, subject, findings);
}

/* --- DHCPv6 --- */

static void judge_dhcpv6(const struct client_interface *at, struct finding_list *findings)
{
	bool is_managed = client_is_managed(at), is_other = client_is_other(at);
	char subject[SUBJECT_MAX];
	snprintf(subject, sizeof(subject), "interface %s", at->name);
	if ((is_managed || is_other) && at->reply_count == 0 && at->dhcpv6_unseen[0] == '\0')
		finding_add(findings, FINDING_DHCPV6_SILENT, (struct place){0}, subject,
		            "start a DHCPv6 server or relay on this link, or clear the flags",
		            "%s: router advertisements say %s%s%s, and no DHCPv6 server answered an information-request.",
		            subject, is_managed ? "M" : "", is_managed && is_other ? " and " : "", is_other ? "O" : "");
}

static void judge_malformed(const struct advertisement *router, struct finding_list *findings)
{
	char subject[SUBJECT_MAX];
	router_subject(router, subject);
	if (router->is_broken)
		finding_add(findings, FINDING_ADVERTISEMENT_MALFORMED, (struct place){0}, subject,
		            "mend the router's configuration, or its software",
		            "%s: an option of its advertisement has a length of 0, or one beyond the end. Clients drop the whole "
		            "message (RFC 4861 6.1.2).", subject);
	else if (router->malformed > 0)
		finding_add(findings, FINDING_ADVERTISEMENT_MALFORMED, (struct place){0}, subject,
		            "mend the router's configuration, or its software",
		            "%s: %u option%s of its advertisement cannot be read, and clients will skip %s.", subject,
		            router->malformed, router->malformed == 1 ? "" : "s", router->malformed == 1 ? "it" : "them");
}

void client_judge_routers(const struct client_interface *at, struct finding_list *findings)
{
	for (size_t i = 0; i < at->router_count; i++) {
		const struct advertisement *router = &at->routers[i];
		judge_malformed(router, findings);
		for (size_t j = 0; j < router->server_count; j++)
			judge_lifetime(router, &router->servers[j], findings);
		for (size_t j = i + 1; j < at->router_count; j++)
			judge_pair(at, router, &at->routers[j], findings);
	}
	judge_dhcpv6(at, findings);
}
