/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

#include <stdio.h>

#define DATAGRAM_MOST 1400 /* RFC 9715 3.1 R3, RFC 10001 3.2 */
#define SEGMENT_MOST 1388  /* RFC 10001 3.2 */

#define WHERE_MAX (NAME_TEXT_MAX + IP_ADDR_TEXT_MAX + 4)

/* "ns1.example.com at 2001:db8::53" */
static const char *where(const struct view_server *server, const struct view_address *address, char text[WHERE_MAX])
{
	char name[NAME_TEXT_MAX], addr[IP_ADDR_TEXT_MAX];
	ip_addr_to_text(&address->endpoint.addr, addr);
	snprintf(text, WHERE_MAX, "%s at %s", view_name_text(server->name, name), addr);
	return text;
}

/* --- Datagrams --- */

/* V02: whose path it is that loses them. */
static void hole_tell(struct check *check, const struct view_address *address, const char *subject)
{
	const struct view_wire *wire = &address->wire;
	const struct view_path *path = &check->view->paths[address->endpoint.addr.family];
	const char *title = family_title(address->endpoint.addr.family);
	if (path->udp_seen >= wire->udp_lost) {
		finding_add(
			check->findings, FINDING_SIZE_HOLE, NOWHERE, check->subject, NULL,
			"Answers of %s get lost from %u octets on; those of up to %u octets arrive, and from others "
			"this host gets %u.",
			subject, wire->udp_lost, wire->udp_passed, path->udp_seen);
		return;
	}
	struct finding *finding = finding_add(
		check->findings, FINDING_OWN_PATH, NOWHERE, check->subject,
		"run the audit on another network, with --save, and compare",
		path->udp_holes >= SERVERS_LEAST ? "Not tested over %s: answers of %u octets from %s do not arrive "
						   "here, nor do those of %u other "
						   "servers: it is this host's own path that loses them."
						 : "Not tested over %s: answers of %u octets from %s do not arrive "
						   "here, and none as large came from "
						   "anybody else (%u others lost): whose path loses them is not known.",
		title, wire->udp_lost, subject, path->udp_holes);
	if (finding != NULL)
		finding->is_undetermined = true;
}

static void check_datagram(struct check *check, const struct view_server *server, const struct view_address *address)
{
	const struct view_wire *wire = &address->wire;
	char text[WHERE_MAX];
	where(server, address, text);
	if (wire->udp_sent > DATAGRAM_MOST)
		finding_add(check->findings, FINDING_DATAGRAM_SIZE, NOWHERE, check->subject, NULL,
			    "%s sends %u octets over UDP to who says that it takes 4096.", text, wire->udp_sent);
	else if (wire->udp_lost > DATAGRAM_MOST)
		finding_add(
			check->findings, FINDING_DATAGRAM_SIZE, NOWHERE, check->subject, NULL,
			"%s sends more than %d octets over UDP to who says that it takes 4096: an answer of %u does "
			"not arrive here, while %u octets do.",
			text, DATAGRAM_MOST, wire->udp_lost, wire->udp_passed);
	else if (wire->udp_lost > 0)
		hole_tell(check, address, text);
	if (wire->fragment > 0)
		finding_add(check->findings, FINDING_FRAGMENTS, NOWHERE, check->subject, NULL,
			    "An answer of %s came in fragments, in packets of up to %u octets.", text, wire->fragment);
}

void check_datagrams(struct check *check)
{
	check_each_address(check, check_datagram);
}

/* --- Streams --- */

/* RFC 7766 6.2.1.1: a server must not stop reading at the first question; 6.2.3: it keeps the connection for a while.
 */
static void check_stream(struct check *check, const struct view_server *server, const struct view_address *address)
{
	char text[WHERE_MAX];
	const struct fact *stream = address->wire.stream;
	struct finding *finding;
	if (address->tcp != WAY_GOOD || stream == NULL || stream->state != FACT_REPLY)
		return;
	if (stream->seen.answered < FACT_STREAM_QUESTIONS) {
		finding = finding_add(check->findings, FINDING_TCP_SILENT, NOWHERE, check->subject,
				      "let the server answer all questions of a connection (RFC 7766 6.2.1)",
				      "%s answers %u of %d questions that come at once on one TCP connection.",
				      where(server, address, text), stream->seen.answered, FACT_STREAM_QUESTIONS);
		if (finding != NULL)
			finding->severity = SEVERITY_WARNING;
	} else if (!stream->seen.is_kept) {
		finding = finding_add(
			check->findings, FINDING_TCP_SILENT, NOWHERE, check->subject,
			"let idle connections live for some seconds (RFC 7766 6.2.3)",
			"%s closes a TCP connection as soon as it has answered, or answers nothing more on it.",
			where(server, address, text));
		if (finding != NULL)
			finding->severity = SEVERITY_NOTICE;
	}
}

void check_streams(struct check *check)
{
	check_each_address(check, check_stream);
}

static void check_stall(struct check *check, const struct view_server *server, const struct view_address *address)
{
	char text[WHERE_MAX];
	const struct view_wire *wire = &address->wire;
	const struct view_path *path = &check->view->paths[address->endpoint.addr.family];
	struct finding *finding;
	if (wire->segment_lost == 0)
		return;
	where(server, address, text);
	if (wire->segment_passed > 0)
		finding =
			finding_add(check->findings, FINDING_TCP_STALL, NOWHERE, check->subject, NULL,
				    "%s takes TCP connections, but large answers get lost in segments of %u octets; in "
				    "those of %u they arrive.",
				    text, wire->segment_lost, wire->segment_passed);
	else
		finding = finding_add(
			check->findings, FINDING_TCP_STALL, NOWHERE, check->subject, NULL,
			"%s takes TCP connections, but large answers do not arrive, not even in segments of "
			"%u octets.",
			text, wire->segment_lost);
	/* V02: it may be this host's own path, where nobody else's large answer came in full segments. */
	if (finding != NULL)
		finding->is_undetermined = path->tcp_seen < wire->segment_lost;
}

/* T07: one finding for the zone: most servers of the Internet leave it at what the link gives. */
void check_segments(struct check *check)
{
	char text[WHERE_MAX];
	unsigned known = 0, large = 0;
	const struct view_address *largest = NULL;
	const struct view_server *owner = NULL;
	check_each_address(check, check_stall);
	for (unsigned i = 0; i < check->view->server_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const struct view_family *side = &check->view->servers[i].families[family];
			for (unsigned j = 0; j < side->count; j++) {
				const struct view_address *address = &side->addresses[j];
				known += address->wire.segment > 0;
				large += address->wire.segment > SEGMENT_MOST;
				if (largest != NULL && address->wire.segment <= largest->wire.segment)
					continue;
				largest = address;
				owner = &check->view->servers[i];
			}
		}
	}
	if (large > 0)
		finding_add(check->findings, FINDING_SEGMENT_SIZE, NOWHERE, check->subject, NULL,
			    "%u of %u addresses announce TCP segments of more than %d octets: %s at least %u.", large,
			    known, SEGMENT_MOST, where(owner, largest, text), largest->wire.segment);
}
