/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/client_judge.h"

#include <stdarg.h>
#include <stdio.h>

#define SUBJECT_MAX 64
#define CAUSE_MAX 512

void client_undetermined(struct finding_list *findings, enum finding_code code, const char *subject, const char *fix,
                         const char *cause_format, ...)
{
	char cause[CAUSE_MAX];
	va_list arguments;
	va_start(arguments, cause_format);
	vsnprintf(cause, sizeof(cause), cause_format, arguments);
	va_end(arguments);
	struct finding *finding = finding_add(findings, code, (struct place){0}, subject, fix, "%s: %s", subject, cause);
	if (finding == NULL)
		return;
	finding->severity = SEVERITY_NOTICE;
	finding->is_undetermined = true;
}

static void judge_vantage(const struct client_facts *facts, const struct client_interface *at, const char *subject,
                          struct finding_list *findings)
{
	if (at->router_unseen[0] != '\0')
		client_undetermined(findings, FINDING_CLIENT_UNSEEN, subject,
		                    "run it as root, or with CAP_NET_RAW and CAP_NET_BIND_SERVICE",
		                    "routers could not be asked: %s.", at->router_unseen);
	else if (at->router_count == 0)
		client_undetermined(findings, FINDING_CLIENT_UNSEEN, subject,
		                    "wait longer with --timeout; else there is no IPv6 router on this link",
		                    "no router advertisement came within %u ms of a solicitation.", facts->waited_ms);
	if (at->dhcpv6_unseen[0] != '\0')
		client_undetermined(findings, FINDING_CLIENT_UNSEEN, subject,
		                    "run it as root, with the DHCPv6 client of this host stopped",
		                    "DHCPv6 could not be asked: %s.", at->dhcpv6_unseen);
	if (at->dhcpv4_unseen[0] != '\0')
		client_undetermined(findings, FINDING_CLIENT_UNSEEN, subject,
		                    "run it as root, with the DHCPv4 client of this host stopped, or name its lease: --lease FILE",
		                    "there is no DHCPv4 lease, and DHCPv4 could not be asked: %s.", at->dhcpv4_unseen);
}

/* --- What did not fit: a flood may hide what is true --- */

static bool is_message_cut(const struct client_interface *at)
{
	bool is_cut = false;
	for (size_t i = 0; i < at->router_count; i++)
		is_cut = is_cut || at->routers[i].is_cut;
	for (size_t i = 0; i < at->reply_count; i++)
		is_cut = is_cut || at->replies[i].reply.is_cut;
	for (size_t i = 0; i < at->informed_count; i++)
		is_cut = is_cut || at->informed[i].reply.is_cut;
	return is_cut;
}

struct cut {
	bool is_cut;
	int most;
	const char *what, *fix;
};

static void judge_cuts(const struct cut *cuts, size_t count, const char *subject, struct finding_list *findings)
{
	for (size_t i = 0; i < count; i++) {
		if (cuts[i].is_cut)
			client_undetermined(findings, FINDING_CLIENT_UNSEEN, subject, cuts[i].fix,
			                    "more than %d %s: the others were not looked at.", cuts[i].most, cuts[i].what);
	}
}

static void judge_cut_link(const struct client_interface *at, const char *subject, struct finding_list *findings)
{
	static const char fix[] = "find those that should not be there by their addresses; RA guard and DHCPv6 guard of a "
	                          "switch drop them";
	const struct cut cuts[] = {
		{at->is_router_cut, CLIENT_ROUTERS_MAX, "routers advertise here", fix},
		{at->is_reply_cut, CLIENT_REPLIES_MAX, "DHCPv6 servers answer here", fix},
		{at->is_informed_cut, CLIENT_REPLIES_MAX, "DHCPv4 servers answer here", fix},
		{is_message_cut(at), ADVERTISEMENT_MAX, "options of a kind come from one router or DHCPv6 server",
		 "advertise fewer: clients keep three resolvers"},
	};
	judge_cuts(cuts, sizeof(cuts) / sizeof(cuts[0]), subject, findings);
}

static void judge_cut_host(const struct client_facts *facts, struct finding_list *findings)
{
	const struct cut cuts[] = {
		{facts->is_interface_cut, CLIENT_INTERFACES_MAX, "interfaces are up", "look at one: --iface IF"},
		{facts->is_resolver_cut, CLIENT_RESOLVERS_MAX, "resolvers are advertised", "look at one interface: --iface IF"},
		{facts->is_encrypted_cut, CLIENT_ENCRYPTED_MAX, "encrypted resolvers are advertised",
		 "look at one interface: --iface IF"},
	};
	judge_cuts(cuts, sizeof(cuts) / sizeof(cuts[0]), "this host", findings);
}

void client_judge(const struct client_facts *facts, struct finding_list *findings)
{
	if (facts->interface_count == 0)
		client_undetermined(findings, FINDING_CLIENT_UNSEEN, "this host", NULL,
		                    "no interface but loopback is up, there is no network to judge.");
	judge_cut_host(facts, findings);
	for (size_t i = 0; i < facts->interface_count; i++) {
		const struct client_interface *at = &facts->interfaces[i];
		char subject[SUBJECT_MAX];
		snprintf(subject, sizeof(subject), "interface %s", at->name);
		judge_vantage(facts, at, subject, findings);
		judge_cut_link(at, subject, findings);
		client_judge_routers(at, findings);
		client_judge_platforms(facts, at, findings);
		client_judge_addresses(at, findings);
		client_judge_set(facts, at, findings);
	}
	client_judge_resolvers(facts, findings);
	client_judge_encrypted(facts, findings);
	client_judge_conf(facts, findings);
}
