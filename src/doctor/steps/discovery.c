/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/steps/steps.h"

#include "doctor/client_judge.h"

#include <stdio.h>

/* I-04: do clients of the networks at hand get a usable resolver? The judgement is client_judge's. */

#define STEP STEP_DISCOVERY
#define WORDS_MAX 400

static void interface_note(struct examination *examination, const struct client_interface *at)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	struct ip_addr servers[CLIENT_RESOLVERS_MAX];
	size_t rdnss = client_servers(at, CLIENT_RDNSS, servers, CLIENT_RESOLVERS_MAX);
	size_t dhcpv6 = client_servers(at, CLIENT_DHCPV6, servers, CLIENT_RESOLVERS_MAX);
	const char *label = diagnosis_text(diagnosis, "%s", at->name);
	if (at->router_unseen[0] != '\0')
		diagnosis_note(diagnosis, STEP, EVIDENCE_UNSEEN, label, "routers were not asked: %s",
			       at->router_unseen);
	else if (at->router_count == 0)
		diagnosis_note(diagnosis, STEP, EVIDENCE_UNSEEN, label, "no router advertisement came");
	else
		diagnosis_note(diagnosis, STEP, EVIDENCE_OK, label, "router advertisement: M=%d O=%d, %zu RDNSS",
			       client_is_managed(at), client_is_other(at), rdnss);
	if (at->dhcpv6_unseen[0] != '\0')
		diagnosis_note(diagnosis, STEP, EVIDENCE_UNSEEN, label, "DHCPv6 was not asked: %s", at->dhcpv6_unseen);
	else
		diagnosis_note(diagnosis, STEP, EVIDENCE_OK, label,
			       "DHCPv6 information-request: %zu repl%s, %zu resolver%s", at->reply_count,
			       at->reply_count == 1 ? "y" : "ies", dhcpv6, dhcpv6 == 1 ? "" : "s");
}

/* "Android; macOS, iOS": the kinds of clients that get no resolver. */
static void platforms_note(struct examination *examination, const struct client_interface *at)
{
	const struct client_facts *facts = examination->incident->client;
	char words[WORDS_MAX] = "";
	size_t size = 0;
	for (size_t i = 0; i < client_platform_count; i++) {
		if (client_platform_state(facts, at, &client_platforms[i]) != CLIENT_FAILED)
			continue;
		int more = snprintf(words + size, sizeof(words) - size, "%s%s", size > 0 ? "; " : "",
				    client_platforms[i].name);
		size = more < 0 || size + (size_t)more >= sizeof(words) ? sizeof(words) - 1 : size + (size_t)more;
	}
	if (words[0] != '\0')
		diagnosis_note(examination->diagnosis, STEP, EVIDENCE_NOTE,
			       diagnosis_text(examination->diagnosis, "%s", at->name), "no DNS for: %s", words);
}

static void finding_take(struct examination *examination, const struct finding *finding)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const char *code = finding_row(finding->code)->code;
	const char *subject = diagnosis_text(diagnosis, "%s",
					     finding->subject != NULL      ? finding->subject
					     : finding->place.file != NULL ? finding->place.file
									   : "this host");
	if (finding->is_undetermined) {
		diagnosis_note(diagnosis, STEP, EVIDENCE_UNSEEN, code, "%s", finding->cause);
		return;
	}
	diagnosis_note(diagnosis, STEP, finding->severity == SEVERITY_NOTICE ? EVIDENCE_NOTE : EVIDENCE_BAD, code, "%s",
		       finding->cause);
	if (finding->severity != SEVERITY_NOTICE)
		diagnosis_blame(diagnosis, finding->code, finding->severity, subject,
				diagnosis_text(diagnosis, "%s%ssextant doctor --client",
					       finding->fix != NULL ? finding->fix : "",
					       finding->fix != NULL ? ", then: " : ""),
				"%s", finding->cause);
}

void step_discovery(struct examination *examination)
{
	const struct incident *incident = examination->incident;
	const struct client_facts *facts = incident->client;
	if (facts == NULL || incident->client_findings == NULL)
		return;
	for (size_t i = 0; i < facts->interface_count; i++) {
		interface_note(examination, &facts->interfaces[i]);
		platforms_note(examination, &facts->interfaces[i]);
	}
	for (size_t i = 0; i < finding_count(incident->client_findings); i++)
		finding_take(examination, finding_at(incident->client_findings, i));
}
