/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/reverse/plan.h"

#include "dns/reverse.h"

#include <errno.h>
#include <stdlib.h>

static int entry_add(struct reverse_plan *plan, const struct reverse_entry *entry)
{
	if (plan->count == plan->capacity) {
		size_t capacity = plan->capacity == 0 ? 256 : plan->capacity * 2;
		struct reverse_entry *entries = reallocarray(plan->entries, capacity, sizeof(*entries));
		if (entries == NULL)
			return -ENOMEM;
		plan->entries = entries;
		plan->capacity = capacity;
	}
	plan->entries[plan->count++] = *entry;
	return ERR_OK;
}

static int node_collect(struct reverse_plan *plan, const struct zone_node *node)
{
	enum family family = plan->input.prefix.addr.family;
	const struct rrset *addresses = zone_node_rrset(node, family == FAMILY_IPV6 ? RR_AAAA : RR_A);
	size_t position = 0;
	struct span rdata;
	int err = ERR_OK;
	while (err == ERR_OK && addresses != NULL && rrset_next(addresses, &position, &rdata)) {
		struct reverse_entry entry = {
			.addr = family == FAMILY_IPV6 ? ip_addr_v6(rdata.data) : ip_addr_v4(rdata.data),
			.name = zone_node_name(node),
			.ttl_s = plan->input.has_ttl ? plan->input.ttl_s : addresses->ttl,
		};
		if (ip_prefix_contains(&plan->input.prefix, &entry.addr))
			err = entry_add(plan, &entry);
	}
	return err;
}

static int zone_collect(struct reverse_plan *plan, const struct zone *zone)
{
	int err = ERR_OK;
	const struct zone_node *node = zone_node_first(zone);
	for (; node != NULL && err == ERR_OK; node = zone_node_next(zone, node)) {
		/* Glue is the child's data, and a wildcard is no name of a host. */
		bool is_host = !zone_node_is_cut(node) && !zone_node_is_below_cut(node) &&
		               !name_is_wildcard(zone_node_name(node));
		if (is_host)
			err = node_collect(plan, node);
	}
	return err;
}

static int entry_compare(const void *a, const void *b)
{
	const struct reverse_entry *one = a, *other = b;
	int order = ip_addr_compare(&one->addr, &other->addr);
	if (order == 0)
		order = name_compare(one->name, other->name);
	if (order == 0)
		order = (one->ttl_s > other->ttl_s) - (one->ttl_s < other->ttl_s);
	return order;
}

/* Each pair once; one TTL, the least, for all names of an address (RFC 2181 5.2). */
static void entries_settle(struct reverse_plan *plan)
{
	size_t kept = 0, names = 0;
	if (plan->count > 0)
		qsort(plan->entries, plan->count, sizeof(*plan->entries), entry_compare);
	for (size_t i = 0; i < plan->count; i++) {
		struct reverse_entry *entry = &plan->entries[i], *last = kept > 0 ? &plan->entries[kept - 1] : NULL;
		bool is_same_addr = last != NULL && ip_addr_equal(&last->addr, &entry->addr);
		if (!is_same_addr)
			names = 0;
		if (is_same_addr && name_equal(last->name, entry->name))
			continue;
		if (++names > REVERSE_NAMES_MAX) {
			plan->dropped++;
			continue;
		}
		plan->entries[kept++] = *entry;
		struct reverse_entry *first = &plan->entries[kept - names];
		if (entry->ttl_s < first->ttl_s)
			first->ttl_s = entry->ttl_s;
	}
	plan->count = kept;
	for (size_t i = 1; i < kept; i++) {
		if (ip_addr_equal(&plan->entries[i].addr, &plan->entries[i - 1].addr))
			plan->entries[i].ttl_s = plan->entries[i - 1].ttl_s;
	}
}

int reverse_plan_new(const struct reverse_input *input, struct reverse_plan **ret)
{
	struct reverse_plan *plan = calloc(1, sizeof(*plan));
	if (plan == NULL)
		return -ENOMEM;
	plan->input = *input;
	/* RFC 2317: an IPv4 prefix inside one octet is a zone that the octet's zone points into with CNAMEs. */
	plan->is_classless = input->prefix.addr.family == FAMILY_IPV4 && input->prefix.length > 24 &&
	                     input->prefix.length < 32;
	int err = ERR_OK;
	for (size_t i = 0; i < input->forward_count && err == ERR_OK; i++)
		err = zone_collect(plan, input->forwards[i]);
	if (err != ERR_OK) {
		reverse_plan_free(plan);
		return err;
	}
	entries_settle(plan);
	*ret = plan;
	return ERR_OK;
}

void reverse_plan_free(struct reverse_plan *plan)
{
	if (plan == NULL)
		return;
	free(plan->entries);
	free(plan);
}

size_t reverse_plan_zone_count(const struct reverse_plan *plan)
{
	return reverse_delegation_count(&plan->input.prefix);
}

size_t reverse_plan_dropped(const struct reverse_plan *plan)
{
	return plan->dropped;
}

struct ip_prefix reverse_plan_prefix(const struct reverse_plan *plan, size_t index)
{
	struct ip_prefix prefix;
	struct name_buffer buffer;
	(void)reverse_delegation(&plan->input.prefix, (unsigned)index, &prefix, &buffer);
	return prefix;
}

struct name reverse_plan_apex(const struct reverse_plan *plan, size_t index, struct name_buffer *buffer)
{
	struct ip_prefix prefix;
	return reverse_delegation(&plan->input.prefix, (unsigned)index, &prefix, buffer);
}

struct name reverse_entry_owner(const struct reverse_plan *plan, const struct reverse_entry *entry, struct name apex,
                                struct name_buffer *buffer)
{
	struct name owner = reverse_from_addr(&entry->addr, buffer);
	if (!plan->is_classless)
		return owner;
	/* The last octet's label, below the classless apex. */
	uint8_t size = (uint8_t)(1 + owner.wire[0]);
	memmove(buffer->wire + size, apex.wire, apex.size);
	return name_of(buffer->wire);
}
