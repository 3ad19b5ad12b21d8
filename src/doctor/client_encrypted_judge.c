/* SPDX-License-Identifier: BSD-2-Clause */
/* Encrypted resolvers: do they answer, hold their certificates, and does the name lead to them (E-02, E-03). */
#include "doctor/client_judge.h"

#include "base/clock.h"

#include <stdio.h>

#define DAY_S 86400
#define DAYS_LEAST 14 /* that a certificate is still valid for; E-03 */
#define SUBJECT_MAX (NAME_TEXT_MAX + IP_ENDPOINT_TEXT_MAX + 32)

static void subject_of(const struct client_encrypted *encrypted, const struct client_encrypted_address *address,
		       char ret[SUBJECT_MAX])
{
	char name[NAME_TEXT_MAX], endpoint[IP_ENDPOINT_TEXT_MAX];
	name_to_display(name_of(encrypted->name.wire), name);
	if (address == NULL) {
		snprintf(ret, SUBJECT_MAX, "encrypted resolver %s", name);
		return;
	}
	ip_endpoint_to_text(&(struct ip_endpoint){.addr = address->addr, .port = encrypted->port}, endpoint);
	snprintf(ret, SUBJECT_MAX, "encrypted resolver %s at %s", name, endpoint);
}

/* Clients that take the addresses from the advertisement (RFC 9463 3.1.6) do not see those that the name alone has. */
static void tell(struct finding_list *findings, enum finding_code code, enum severity most,
		 const struct client_encrypted_address *address, const char *subject, const char *fix,
		 const char *cause)
{
	struct finding *finding = finding_add(findings, code, (struct place){0}, subject, fix, "%s%s %s.", subject,
					      address->is_advertised ? "" : ", an address that the name has,", cause);
	if (finding == NULL)
		return;
	finding->severity = most;
	if (!address->is_advertised && most == SEVERITY_ERROR)
		finding->severity = SEVERITY_WARNING;
}

/* --- The certificate --- */

static void judge_certificate(const struct client_encrypted_address *address, uint64_t now_s, const char *subject,
			      struct finding_list *findings)
{
	char cause[96], date[CLOCK_TEXT_MAX];
	clock_text(address->expires_s * 1000000, date);
	if (!address->is_name_right)
		tell(findings, FINDING_ENCRYPTED_CERTIFICATE, SEVERITY_ERROR, address, subject,
		     "have the advertised name in the certificate (subjectAltName), or advertise the name that it has",
		     "has a certificate that is not for this name");
	if (address->expires_s <= now_s) {
		snprintf(cause, sizeof(cause), "has a certificate that expired on %.10s", date);
		tell(findings, FINDING_ENCRYPTED_CERTIFICATE, SEVERITY_ERROR, address, subject, "renew the certificate",
		     cause);
		return; /* and so it is not trusted either */
	}
	if (!address->is_trusted)
		tell(findings, FINDING_ENCRYPTED_CERTIFICATE, SEVERITY_WARNING, address, subject,
		     "take a certificate of a public authority, or give the clients the authority that it is of",
		     "has a certificate of no authority that this host trusts");
	if (address->expires_s - now_s < (uint64_t)DAYS_LEAST * DAY_S) {
		snprintf(cause, sizeof(cause), "has a certificate that expires on %.10s", date);
		tell(findings, FINDING_ENCRYPTED_CERTIFICATE, SEVERITY_NOTICE, address, subject,
		     "renew the certificate", cause);
	}
}

/* --- An address --- */

static void judge_address(const struct client_encrypted *encrypted, const struct client_encrypted_address *address,
			  uint64_t now_s, struct finding_list *findings)
{
	static const char fix[] = "start DNS over TLS there, open its port on the way; else stop advertising it";
	const struct client_result *result = address->tls.state == CLIENT_OK ? &address->answer : &address->tls;
	char subject[SUBJECT_MAX], cause[CLIENT_REASON_MAX + 48];
	subject_of(encrypted, address, subject);
	if (result->state == CLIENT_FAILED) {
		snprintf(cause, sizeof(cause), "%s: %s",
			 result == &address->tls ? "has no DNS over TLS" : "takes DNS over TLS and does not resolve",
			 result->reason);
		tell(findings, FINDING_ENCRYPTED_SILENT, SEVERITY_ERROR, address, subject, fix, cause);
	} else if (result->state == CLIENT_UNDETERMINED) {
		client_undetermined(findings, FINDING_CLIENT_UNSEEN, subject, NULL,
				    "DNS over TLS could not be tried: %s.", result->reason);
	}
	if (address->tls.state == CLIENT_OK)
		judge_certificate(address, now_s, subject, findings);
}

/* --- The name --- */

/* How many addresses the name has, and one that is advertised and is not among them. */
static size_t resolved_count(const struct client_encrypted *encrypted, enum family family,
			     const struct client_encrypted_address **ret_astray)
{
	size_t count = 0;
	for (size_t i = 0; i < encrypted->address_count; i++) {
		const struct client_encrypted_address *address = &encrypted->addresses[i];
		count += address->is_resolved && address->addr.family == family;
		if (address->is_advertised && !address->is_resolved && address->addr.family == family)
			*ret_astray = address;
	}
	return count;
}

/* DNR advertises IPv6 addresses (RFC 9463 4.1, 6.1): what the name has of IPv4 is compared with nothing. */
static void judge_name(const struct client_encrypted *encrypted, const char *subject, struct finding_list *findings)
{
	const struct client_encrypted_address *astray = NULL;
	const struct client_result *lookup = &encrypted->lookups[FAMILY_IPV6];
	char text[IP_ADDR_TEXT_MAX];
	size_t count = resolved_count(encrypted, FAMILY_IPV6, &astray);
	if (lookup->state == CLIENT_UNDETERMINED) {
		client_undetermined(findings, FINDING_CLIENT_UNSEEN, subject, NULL,
				    "its AAAA records could not be looked up: %s.", lookup->reason);
	} else if (lookup->state == CLIENT_OK && count == 0) {
		struct finding *finding = finding_add(findings, FINDING_ENCRYPTED_NAME, (struct place){0}, subject,
						      "give the name AAAA records with the resolver's addresses",
						      "%s: its name has no AAAA record.", subject);
		if (finding != NULL && astray != NULL) /* who heard the advertisement needs none */
			finding->severity = SEVERITY_NOTICE;
	} else if (lookup->state == CLIENT_OK && astray != NULL && !encrypted->is_cut) {
		ip_addr_to_text(&astray->addr, text);
		finding_add(findings, FINDING_ENCRYPTED_NAME, (struct place){0}, subject,
			    "advertise the addresses that the name has, or mend its AAAA records",
			    "%s: %s is advertised for it, and the AAAA records of its name are others.", subject, text);
	}
}

/* --- All --- */

static void judge_protocol(const struct client_encrypted *encrypted, const char *subject, struct finding_list *findings)
{
	if (encrypted->params_size == 0)
		client_undetermined(
			findings, FINDING_CLIENT_UNSEEN, subject, NULL,
			"not tested: its name alone is advertised, and how to ask it stands in the SVCB records of "
			"_dns below the name, which are not looked up.");
	else if (!encrypted->is_dot)
		client_undetermined(findings, FINDING_CLIENT_UNSEEN, subject, NULL,
				    "not tested: it is advertised for other protocols than DNS over TLS.");
	if (encrypted->is_cut)
		client_undetermined(findings, FINDING_CLIENT_UNSEEN, subject, "advertise fewer addresses",
				    "it has more than %d addresses: the others were not looked at.",
				    CLIENT_ENCRYPTED_ADDRESSES_MAX);
}

void client_judge_encrypted(const struct client_facts *facts, struct finding_list *findings)
{
	for (size_t i = 0; i < facts->encrypted_count; i++) {
		const struct client_encrypted *encrypted = &facts->encrypted[i];
		char subject[SUBJECT_MAX];
		subject_of(encrypted, NULL, subject);
		judge_protocol(encrypted, subject, findings);
		judge_name(encrypted, subject, findings);
		for (size_t j = 0; encrypted->is_dot && j < encrypted->address_count; j++)
			judge_address(encrypted, &encrypted->addresses[j], facts->now_s, findings);
	}
}
