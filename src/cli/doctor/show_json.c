/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor/show.h"

#include "base/clock.h"
#include "dns/svcb.h"
#include "doctor/client_judge.h"

static void json_address(struct json_writer *json, const char *key, const struct ip_addr *addr)
{
	char text[IP_ADDR_TEXT_MAX];
	ip_addr_to_text(addr, text);
	json_text(json, key, text);
}

static void json_addresses(struct json_writer *json, const char *key, const struct ip_addr *list, size_t count)
{
	json_begin_array(json, key);
	for (size_t i = 0; i < count; i++)
		json_address(json, NULL, &list[i]);
	json_end_array(json);
}

static void json_name(struct json_writer *json, const char *key, const struct name_buffer *name)
{
	char text[NAME_TEXT_MAX];
	name_to_display(name_of(name->wire), text);
	json_text(json, key, text);
}

/* What may be nothing: null then. */
static void json_reason(struct json_writer *json, const char *key, const char *reason)
{
	json_text(json, key, reason[0] != '\0' ? reason : NULL);
}

static void json_dnrs(struct json_writer *json, const struct dnr_resolver *dnrs, size_t count)
{
	json_begin_array(json, "dnr");
	for (size_t i = 0; i < count; i++) {
		struct text params = {0};
		svcparams_to_text(span_of(dnrs[i].params, dnrs[i].params_size), &params);
		json_begin_object(json, NULL);
		json_number(json, "priority", dnrs[i].priority);
		json_number(json, "lifetime_s", dnrs[i].lifetime_s);
		json_name(json, "name", &dnrs[i].name);
		json_addresses(json, "addresses", dnrs[i].addresses, dnrs[i].address_count);
		json_text(json, "params", text_string(&params));
		json_end_object(json);
		text_free(&params);
	}
	json_end_array(json);
}

/* --- Routers --- */

static void json_header(struct json_writer *json, const struct advertisement *router)
{
	json_bool(json, "from_kernel", !router->has_header && !router->is_broken);
	json_bool(json, "broken", router->is_broken);
	if (!router->has_header)
		return;
	json_bool(json, "managed", router->is_managed);
	json_bool(json, "other", router->is_other);
	json_text(json, "preference", advertisement_preference_text(router->preference));
	json_number(json, "lifetime_s", router->lifetime_s);
	json_bool(json, "autonomous", router->has_autonomous);
	if (router->interval_ms > 0)
		json_number(json, "interval_ms", router->interval_ms);
	else
		json_nothing(json, "interval_ms");
}

static void json_router(struct json_writer *json, const struct advertisement *router)
{
	json_begin_object(json, NULL);
	json_address(json, "address", &router->router);
	json_header(json, router);
	json_begin_array(json, "rdnss");
	for (size_t i = 0; i < router->server_count; i++) {
		json_begin_object(json, NULL);
		json_address(json, "address", &router->servers[i].addr);
		json_number(json, "lifetime_s", router->servers[i].lifetime_s);
		json_end_object(json);
	}
	json_end_array(json);
	json_begin_array(json, "dnssl");
	for (size_t i = 0; i < router->domain_count; i++) {
		json_begin_object(json, NULL);
		json_name(json, "name", &router->domains[i].name);
		json_number(json, "lifetime_s", router->domains[i].lifetime_s);
		json_end_object(json);
	}
	json_end_array(json);
	json_begin_array(json, "pref64");
	for (size_t i = 0; i < router->pref64_count; i++) {
		char text[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&router->pref64s[i].pref64.prefix, text);
		json_begin_object(json, NULL);
		json_text(json, "prefix", text);
		json_number(json, "lifetime_s", router->pref64s[i].lifetime_s);
		json_end_object(json);
	}
	json_end_array(json);
	json_dnrs(json, router->dnrs, router->dnr_count);
	json_number(json, "malformed", router->malformed);
	json_bool(json, "cut", router->is_cut);
	json_end_object(json);
}

/* --- DHCP, platforms --- */

static void json_reply(struct json_writer *json, const struct client_reply *from)
{
	const struct dhcpv6_reply *reply = &from->reply;
	json_begin_object(json, NULL);
	json_address(json, "server", &from->server);
	json_addresses(json, "resolvers", reply->servers, reply->server_count);
	json_begin_array(json, "search");
	for (size_t i = 0; i < reply->domain_count; i++)
		json_name(json, NULL, &reply->domains[i]);
	json_end_array(json);
	json_dnrs(json, reply->dnrs, reply->dnr_count);
	json_number(json, "refresh_s", reply->refresh_s);
	json_number(json, "status", reply->status);
	json_number(json, "malformed", reply->malformed);
	json_bool(json, "cut", reply->is_cut);
	json_end_object(json);
}

static void json_lease(struct json_writer *json, const struct client_interface *at)
{
	if (at->lease_path[0] == '\0') {
		json_nothing(json, "dhcpv4_lease");
		return;
	}
	json_begin_object(json, "dhcpv4_lease");
	json_text(json, "file", at->lease_path);
	json_addresses(json, "resolvers", at->lease.servers, at->lease.server_count);
	if (at->lease.is_ipv6_only_preferred)
		json_number(json, "ipv6_only_wait_s", at->lease.ipv6_only_wait_s);
	else
		json_nothing(json, "ipv6_only_wait_s");
	json_number(json, "malformed", at->lease.malformed);
	json_end_object(json);
}

static void json_informed(struct json_writer *json, const struct client_informed *from)
{
	const struct lease *lease = &from->reply.lease;
	json_begin_object(json, NULL);
	json_address(json, "server", &from->server);
	json_addresses(json, "resolvers", lease->servers, lease->server_count);
	json_begin_array(json, "search");
	for (size_t i = 0; i < from->reply.domain_count; i++)
		json_name(json, NULL, &from->reply.domains[i]);
	json_end_array(json);
	if (lease->is_ipv6_only_preferred)
		json_number(json, "ipv6_only_wait_s", lease->ipv6_only_wait_s);
	else
		json_nothing(json, "ipv6_only_wait_s");
	json_number(json, "malformed", lease->malformed + from->reply.malformed);
	json_bool(json, "cut", from->reply.is_cut);
	json_end_object(json);
}

static void json_platforms(struct json_writer *json, const struct client_facts *facts,
                           const struct client_interface *at)
{
	json_begin_object(json, "clients");
	for (size_t i = 0; i < client_platform_count; i++)
		json_text(json, client_platforms[i].name,
		          client_state_text(client_platform_state(facts, at, &client_platforms[i])));
	json_end_object(json);
}

static void json_interface(struct json_writer *json, const struct client_facts *facts,
                           const struct client_interface *at)
{
	json_begin_object(json, NULL);
	json_text(json, "name", at->name);
	json_reason(json, "routers_unseen", at->router_unseen);
	json_begin_array(json, "routers");
	for (size_t i = 0; i < at->router_count; i++)
		json_router(json, &at->routers[i]);
	json_end_array(json);
	json_reason(json, "dhcpv6_unseen", at->dhcpv6_unseen);
	json_begin_array(json, "dhcpv6");
	for (size_t i = 0; i < at->reply_count; i++)
		json_reply(json, &at->replies[i]);
	json_end_array(json);
	json_lease(json, at);
	json_reason(json, "dhcpv4_unseen", at->dhcpv4_unseen);
	json_begin_array(json, "dhcpv4");
	for (size_t i = 0; i < at->informed_count; i++)
		json_informed(json, &at->informed[i]);
	json_end_array(json);
	json_platforms(json, facts, at);
	json_end_object(json);
}

static void json_conf(struct json_writer *json, const struct client_facts *facts)
{
	json_begin_object(json, "resolv_conf");
	json_text(json, "file", facts->conf_path);
	json_bool(json, "found", facts->has_conf);
	json_addresses(json, "resolvers", facts->conf.servers, facts->conf.server_count);
	json_text(json, "search", facts->conf.search);
	json_text(json, "options", facts->conf.options);
	json_number(json, "malformed", facts->conf.malformed);
	json_end_object(json);
}

static void json_result(struct json_writer *json, const char *key, const struct client_result *result)
{
	json_begin_object(json, key);
	json_text(json, "state", client_state_text(result->state));
	json_reason(json, "reason", result->reason);
	json_end_object(json);
}

static void json_resolver(struct json_writer *json, const struct client_resolver *resolver)
{
	json_begin_object(json, NULL);
	json_address(json, "address", &resolver->addr);
	for (size_t probe = 0; probe < CLIENT_PROBE_COUNT; probe++)
		json_result(json, client_probe_text((enum client_probe)probe), &resolver->results[probe]);
	json_end_object(json);
}

static void json_certificate(struct json_writer *json, const struct client_encrypted_address *address)
{
	char expires[CLOCK_TEXT_MAX];
	if (address->tls.state != CLIENT_OK) {
		json_nothing(json, "certificate");
		return;
	}
	clock_text(address->expires_s * 1000000, expires);
	json_begin_object(json, "certificate");
	json_bool(json, "name_right", address->is_name_right);
	json_bool(json, "trusted", address->is_trusted);
	json_text(json, "expires", expires);
	json_end_object(json);
}

static void json_encrypted(struct json_writer *json, const struct client_encrypted *encrypted)
{
	struct text params = {0};
	svcparams_to_text(span_of(encrypted->params, encrypted->params_size), &params);
	json_begin_object(json, NULL);
	json_name(json, "name", &encrypted->name);
	json_text(json, "params", text_string(&params));
	json_bool(json, "dns_over_tls", encrypted->is_dot);
	json_number(json, "port", encrypted->port);
	json_result(json, "AAAA", &encrypted->lookups[FAMILY_IPV6]);
	json_result(json, "A", &encrypted->lookups[FAMILY_IPV4]);
	json_begin_array(json, "addresses");
	for (size_t i = 0; i < encrypted->address_count; i++) {
		const struct client_encrypted_address *address = &encrypted->addresses[i];
		json_begin_object(json, NULL);
		json_address(json, "address", &address->addr);
		json_bool(json, "advertised", address->is_advertised);
		json_bool(json, "resolved", address->is_resolved);
		json_result(json, "tls", &address->tls);
		json_result(json, "answer", &address->answer);
		json_certificate(json, address);
		json_end_object(json);
	}
	json_end_array(json);
	json_end_object(json);
	text_free(&params);
}

void client_to_json(const struct client_facts *facts, struct json_writer *json)
{
	json_begin_array(json, "interfaces");
	for (size_t i = 0; i < facts->interface_count; i++)
		json_interface(json, facts, &facts->interfaces[i]);
	json_end_array(json);
	json_conf(json, facts);
	json_begin_array(json, "resolvers");
	for (size_t i = 0; i < facts->resolver_count; i++)
		json_resolver(json, &facts->resolvers[i]);
	json_end_array(json);
	json_begin_array(json, "encrypted");
	for (size_t i = 0; i < facts->encrypted_count; i++)
		json_encrypted(json, &facts->encrypted[i]);
	json_end_array(json);
}
