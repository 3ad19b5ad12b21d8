/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

#include "dns/rdata.h"

static bool is_whole(const struct view_address *address)
{
	const struct fact *fact = address->transfer;
	return fact != NULL && fact->state == FACT_REPLY && fact->seen.records > 0;
}

/* No error of the way, but a decision of the server. */
static bool is_refused(const struct view_address *address)
{
	struct message message;
	const struct fact *fact = address->transfer;
	return fact != NULL && fact->state == FACT_REPLY && fact->seen.records == 0 &&
	       message_read(fact->message, &message) == ERR_OK && message.rcode != RCODE_NOERROR;
}

/* The serial of what was transferred, which may be newer than what was asked before. */
static bool serial_of(const struct view_address *address, uint32_t *ret)
{
	struct message message;
	struct message_place place = {0};
	struct message_item item;
	if (message_read(address->transfer->message, &message) != ERR_OK)
		return false;
	while (message_next(&message, &place, &item) == ERR_OK) {
		if (item.section == SECTION_ANSWER && rdata_soa_serial(item.rdata, ret))
			return true;
	}
	return false;
}

/* Against the first whole one. */
struct comparison {
	const struct view_server *server;
	const struct view_address *address;
	uint32_t serial;
};

static void compare(struct check *check, const struct comparison *first, const struct view_server *server,
		    const struct view_address *address)
{
	char a[NAME_TEXT_MAX], b[NAME_TEXT_MAX], from[IP_ADDR_TEXT_MAX], to[IP_ADDR_TEXT_MAX];
	const struct fact_seen *one = &first->address->transfer->seen, *two = &address->transfer->seen;
	uint32_t serial;
	if (!serial_of(address, &serial) || serial != first->serial ||
	    memcmp(one->digest, two->digest, sizeof(one->digest)) == 0)
		return;
	ip_addr_to_text(&first->address->endpoint.addr, from);
	ip_addr_to_text(&address->endpoint.addr, to);
	finding_add(
		check->findings, FINDING_TRANSFER_DIFFERS, NOWHERE, check->subject, NULL,
		"The zone of serial %u has %u records from %s at %s and %u from %s at %s, and they are not the same.",
		serial, one->records, view_name_text(first->server->name, a), from, two->records,
		view_name_text(server->name, b), to);
}

/* One server, two families. */
static void families_tell(struct check *check, const struct view_server *server)
{
	char name[NAME_TEXT_MAX];
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct view_family *here = &server->families[family], *there = &server->families[other(family)];
		bool is_allowed = false, is_denied = false;
		for (unsigned i = 0; i < here->count; i++)
			is_allowed = is_allowed || is_whole(&here->addresses[i]);
		for (unsigned i = 0; i < there->count; i++)
			is_denied = is_denied || is_refused(&there->addresses[i]);
		if (!is_allowed || !is_denied)
			continue;
		struct finding *finding = finding_add(
			check->findings, FINDING_TRANSFER_DIFFERS, NOWHERE, check->subject,
			"give the access list the addresses of both families",
			"%s transfers the zone over %s and refuses over %s.", view_name_text(server->name, name),
			family_title(family), family_title(other(family)));
		if (finding != NULL)
			finding->severity = SEVERITY_NOTICE;
	}
}

void check_transfers(struct check *check)
{
	struct comparison first = {0};
	for (unsigned i = 0; i < check->view->server_count; i++) {
		const struct view_server *server = &check->view->servers[i];
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			for (unsigned j = 0; j < server->families[family].count; j++) {
				const struct view_address *address = &server->families[family].addresses[j];
				if (!is_whole(address))
					continue;
				if (first.address != NULL)
					compare(check, &first, server, address);
				else if (serial_of(address, &first.serial))
					first = (struct comparison){server, address, first.serial};
			}
		}
		families_tell(check, server);
	}
}
