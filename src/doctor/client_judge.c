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
}

void client_judge(const struct client_facts *facts, struct finding_list *findings)
{
	if (facts->interface_count == 0)
		client_undetermined(findings, FINDING_CLIENT_UNSEEN, "this host", NULL,
		                    "no interface but loopback is up, there is no network to judge.");
	for (size_t i = 0; i < facts->interface_count; i++) {
		const struct client_interface *at = &facts->interfaces[i];
		char subject[SUBJECT_MAX];
		snprintf(subject, sizeof(subject), "interface %s", at->name);
		judge_vantage(facts, at, subject, findings);
		client_judge_routers(at, findings);
		client_judge_platforms(facts, at, findings);
		client_judge_set(facts, at, findings);
	}
	client_judge_resolvers(facts, findings);
	client_judge_conf(facts, findings);
}
