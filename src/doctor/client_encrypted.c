/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/client_encrypted.h"

#include "dns/rdata.h"
#include "dns/svcb.h"
#include "doctor/client.h"

static bool alpn_has(struct span list, const char *wanted)
{
	struct span size, one;
	while (span_take(&list, 1, &size) && span_take(&list, size.data[0], &one)) {
		if (one.size == strlen(wanted) && memcmp(one.data, wanted, one.size) == 0)
			return true;
	}
	return false;
}

/* RFC 9461 4.2: port is that of the protocols in alpn; without it, DNS over TLS has its own. */
static void params_read(struct client_encrypted *encrypted)
{
	struct span params = span_of(encrypted->params, encrypted->params_size), value;
	uint16_t key;
	encrypted->port = CLIENT_DOT_PORT;
	while (svcparam_take(&params, &key, &value) == ERR_OK) {
		if (key == SVCPARAM_ALPN)
			encrypted->is_dot = alpn_has(value, "dot");
		else if (key == SVCPARAM_PORT && value.size == 2)
			encrypted->port = load_u16(value.data);
	}
}

static struct client_encrypted *entry_of(struct client_facts *facts, const struct dnr_resolver *dnr)
{
	for (size_t i = 0; i < facts->encrypted_count; i++) {
		struct client_encrypted *known = &facts->encrypted[i];
		if (name_equal(name_of(known->name.wire), name_of(dnr->name.wire)) &&
		    known->params_size == dnr->params_size && memcmp(known->params, dnr->params, dnr->params_size) == 0)
			return known;
	}
	if (facts->encrypted_count == CLIENT_ENCRYPTED_MAX) {
		facts->is_encrypted_cut = true;
		return NULL;
	}
	struct client_encrypted *fresh = &facts->encrypted[facts->encrypted_count++];
	*fresh = (struct client_encrypted){.name = dnr->name, .params_size = dnr->params_size};
	memcpy(fresh->params, dnr->params, dnr->params_size);
	params_read(fresh);
	return fresh;
}

struct client_encrypted_address *client_encrypted_address(struct client_encrypted *encrypted,
							  const struct ip_addr *addr)
{
	for (size_t i = 0; i < encrypted->address_count; i++) {
		if (ip_addr_equal(&encrypted->addresses[i].addr, addr))
			return &encrypted->addresses[i];
	}
	if (encrypted->address_count == CLIENT_ENCRYPTED_ADDRESSES_MAX) {
		encrypted->is_cut = true;
		return NULL;
	}
	struct client_encrypted_address *fresh = &encrypted->addresses[encrypted->address_count++];
	*fresh = (struct client_encrypted_address){.addr = *addr};
	return fresh;
}

static void dnr_add(struct client_facts *facts, const struct dnr_resolver *dnr, uint32_t interface)
{
	struct client_encrypted *entry = entry_of(facts, dnr);
	for (size_t i = 0; entry != NULL && i < dnr->address_count; i++) {
		struct ip_addr addr = dnr->addresses[i];
		if (ip_addr_is_link_local(&addr))
			addr.scope = interface;
		struct client_encrypted_address *address = client_encrypted_address(entry, &addr);
		if (address != NULL)
			address->is_advertised = true;
	}
}

static void interface_add(struct client_facts *facts, const struct client_interface *at)
{
	for (size_t i = 0; i < at->router_count; i++) {
		for (size_t j = 0; j < at->routers[i].dnr_count; j++) {
			if (at->routers[i].dnrs[j].lifetime_s > 0) /* RFC 9463 6.1: 0 must no longer be used */
				dnr_add(facts, &at->routers[i].dnrs[j], at->index);
		}
	}
	for (size_t i = 0; i < at->reply_count; i++) {
		for (size_t j = 0; j < at->replies[i].reply.dnr_count; j++)
			dnr_add(facts, &at->replies[i].reply.dnrs[j], at->index);
	}
}

void client_encrypted_collect(struct client_facts *facts)
{
	facts->encrypted_count = 0;
	for (size_t i = 0; i < facts->interface_count; i++)
		interface_add(facts, &facts->interfaces[i]);
}
