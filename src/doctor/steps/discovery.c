/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/steps/steps.h"

#include "doctor/client_judge.h"

/* I-04: do clients of the networks at hand get a usable resolver? The judgement is client_judge's. */

#define STEP STEP_DISCOVERY

/* What could not be seen is a finding of its own. */
static void interface_note(struct examination *examination, const struct client_interface *at)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	struct ip_addr servers[CLIENT_RESOLVERS_MAX];
	size_t rdnss = client_servers(at, CLIENT_RDNSS, servers, CLIENT_RESOLVERS_MAX);
	size_t dhcpv6 = client_servers(at, CLIENT_DHCPV6, servers, CLIENT_RESOLVERS_MAX);
	const char *label = diagnosis_text(diagnosis, "%s", at->name);
	if (at->router_count > 0)
		diagnosis_note(diagnosis, STEP, EVIDENCE_OK, label, "router advertisement: M=%d O=%d, %zu RDNSS",
			       client_is_managed(at), client_is_other(at), rdnss);
	if (at->dhcpv6_unseen[0] == '\0')
		diagnosis_note(diagnosis, STEP, EVIDENCE_OK, label,
			       "DHCPv6 information-request: %zu repl%s, %zu resolver%s", at->reply_count,
			       at->reply_count == 1 ? "y" : "ies", dhcpv6, dhcpv6 == 1 ? "" : "s");
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
	for (size_t i = 0; i < facts->interface_count; i++)
		interface_note(examination, &facts->interfaces[i]);
	for (size_t i = 0; i < finding_count(incident->client_findings); i++)
		finding_take(examination, finding_at(incident->client_findings, i));
}
