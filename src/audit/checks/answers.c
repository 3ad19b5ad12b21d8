/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

#define EDNS_SIZE_MOST 1400 /* RFC 10001 3.2 */

/* Seconds after a change a difference is usual. One that lasts is a fault: nothing has moved, on either side. */
static void check_serial(struct check *check, const char *name, const char *text, const struct view_address *address)
{
	const struct view *view = check->view;
	bool is_seen = address->has_serial_later && view->has_serial_later;
	bool is_lasting = is_seen && address->serial_later == address->serial && view->serial_later == view->serial;
	bool is_apart = address->is_other_primary && !address->is_other_set;
	bool is_over = is_seen && address->serial_later == view->serial_later;
	struct finding *finding = finding_add(check->findings, FINDING_SERIAL_DIFFERS, NOWHERE, check->subject, NULL,
					      "%s at %s has serial %u, the first server that answers has %u%s.", name,
					      text, address->serial, view->serial,
					      is_apart ? "; their SOA records name different primary servers: each "
							 "operator counts by itself"
					      : is_lasting ? "; some seconds later it is still so"
					      : is_over  ? "; some seconds later they agree"
					      : is_seen  ? "; some seconds later they have moved on"
							 : "");
	if (finding != NULL && is_lasting)
		finding->severity = SEVERITY_ERROR;
	/* RFC 8901: several operators that fill the zone each by itself; a copy would have the SOA of what it copies. */
	if (finding != NULL && is_apart)
		finding->severity = SEVERITY_NOTICE;
}

/* V02: many networks let nothing out to port 53 over TCP. */
static void check_tcp(struct check *check, const char *name, const char *text, enum family family)
{
	struct finding *finding;
	if (!check->view->paths[family].is_tcp_lost) {
		finding_add(check->findings, FINDING_TCP_SILENT, NOWHERE, check->subject, NULL,
			    "%s at %s answers over UDP and not over TCP.", name, text);
		return;
	}
	finding = finding_add(check->findings, FINDING_OWN_PATH, NOWHERE, check->subject,
			      "run the audit on another network, with --save, and compare",
			      "Not tested over %s: %s at %s does not answer here over TCP, nor does any server above the "
			      "zone: this host's own network may let nothing out.",
			      family_title(family), name, text);
	if (finding != NULL)
		finding->is_undetermined = true;
}

static void check_ways(struct check *check, const struct view_server *server, const struct view_address *address)
{
	char name[NAME_TEXT_MAX], text[IP_ADDR_TEXT_MAX];
	ip_addr_to_text(&address->endpoint.addr, text);
	view_name_text(server->name, name);
	if (address->udp == WAY_SILENT && address->tcp == WAY_GOOD)
		finding_add(check->findings, FINDING_UDP_SILENT, NOWHERE, check->subject, NULL,
			    "%s at %s answers over TCP and not over UDP.", name, text);
	else if (address->udp == WAY_SILENT || address->udp == WAY_BAD)
		finding_add(check->findings, FINDING_ADDRESS_SILENT, NOWHERE, check->subject, NULL, "%s at %s %s.",
			    name, text,
			    address->udp == WAY_SILENT ? "does not answer over UDP"
						       : "answers, but does not serve the zone");
	if (address->udp == WAY_GOOD && (address->tcp == WAY_SILENT || address->tcp == WAY_BAD))
		check_tcp(check, name, text, address->endpoint.addr.family);
	if (address->udp == WAY_GOOD && !address->has_edns)
		finding_add(check->findings, FINDING_EDNS_SIZE, NOWHERE, check->subject, NULL, "%s at %s has no EDNS.",
			    name, text);
	if (address->udp == WAY_GOOD && address->edns_size > EDNS_SIZE_MOST)
		finding_add(check->findings, FINDING_EDNS_SIZE, NOWHERE, check->subject, NULL,
			    "%s at %s says that it takes %u octets over UDP; at most %d pass everywhere.", name, text,
			    address->edns_size, EDNS_SIZE_MOST);
	if (address->udp == WAY_GOOD && address->serial != check->view->serial)
		check_serial(check, name, text, address);
	else if (address->same == WAY_BAD)
		finding_add(check->findings, FINDING_DATA_DIFFERS, NOWHERE, check->subject, NULL,
			    "%s at %s gives another NS set than the first server that answers.", name, text);
}

void check_answers(struct check *check)
{
	check_each_address(check, check_ways);
}
