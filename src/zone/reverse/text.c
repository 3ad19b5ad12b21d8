/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/reverse/plan.h"

#include "dns/rdata.h"
#include "zone/zonefile.h"

#include <errno.h>

static void name_add(struct text *out, struct name name)
{
	char text[NAME_TEXT_MAX];
	size_t size = name_to_text(name, text);
	text_add_size(out, text, size);
}

/* --- Reading texts as zones --- */

static int text_load(struct name apex, const char *path, struct span text, struct finding_list *findings,
                     struct zone **ret)
{
	struct zonefile_options options = {.path = path, .origin = apex, .is_include_allowed = true};
	struct zone_builder *builder;
	int err = zone_builder_new(apex, &builder);
	if (err != ERR_OK)
		return err;
	err = zonefile_parse_text(&options, text, builder, findings);
	if (err == ERR_OK)
		return zone_builder_finish(builder, findings, ret, NULL);
	zone_builder_free(builder);
	return err;
}

/* What is written by hand. */
static int hand_load(const struct reverse_hand *hand, struct name apex, const char *path,
                     struct finding_list *findings, struct zone **ret)
{
	struct text text = {0};
	text_add_size(&text, (const char *)hand->head.data, hand->head.size);
	/* As many lines as ours has, so that findings in the tail name the right ones. */
	for (size_t i = 0; i < hand->ours.size; i++) {
		if (hand->ours.data[i] == '\n')
			text_add_char(&text, '\n');
	}
	text_add_size(&text, (const char *)hand->tail.data, hand->tail.size);
	int err = text.is_failed ? -ENOMEM : text_load(apex, path, span_of(text.data, text.size), findings, ret);
	text_free(&text);
	return err;
}

/* A PTR or an alias at the name, or a delegation or DNAME at or above it: the name is taken. */
static bool hand_has(const struct zone *hand, struct name owner)
{
	for (struct name name = owner; hand != NULL; name = name_parent(name)) {
		const struct zone_node *node = zone_node_find(hand, name);
		bool is_owner = name.labels == owner.labels, is_taken = false;
		if (node != NULL && is_owner)
			is_taken = zone_node_rrset(node, RR_PTR) != NULL || zone_node_rrset(node, RR_CNAME) != NULL;
		else if (node != NULL)
			is_taken = zone_node_rrset(node, RR_DNAME) != NULL;
		if (is_taken || (node != NULL && zone_node_is_cut(node)))
			return true;
		if (name.labels <= zone_apex(hand).labels)
			return false;
	}
	return false;
}

/* --- Our part --- */

static void ours_add(const struct reverse_plan *plan, size_t index, const struct zone *hand, struct text *out,
                     struct reverse_result *result)
{
	struct name_buffer apex_buffer, owner_buffer;
	struct name apex = reverse_plan_apex(plan, index, &apex_buffer);
	struct ip_prefix prefix = reverse_plan_prefix(plan, index);
	const struct reverse_entry *counted = NULL;
	text_add(out, REVERSE_MARK_BEGIN "\n");
	for (size_t i = 0; i < plan->count; i++) {
		const struct reverse_entry *entry = &plan->entries[i];
		if (!ip_prefix_contains(&prefix, &entry->addr))
			continue;
		struct name owner = reverse_entry_owner(plan, entry, apex, &owner_buffer);
		if (hand_has(hand, owner)) {
			if (counted == NULL || !ip_addr_equal(&counted->addr, &entry->addr))
				result->hand_count++;
			counted = entry;
			continue;
		}
		name_add(out, owner);
		text_addf(out, " %u IN PTR ", entry->ttl_s);
		name_add(out, entry->name);
		text_add_char(out, '\n');
		result->ptr_count++;
	}
	text_add(out, REVERSE_MARK_END "\n");
}

/* --- A file that is not there yet --- */

/* RFC 2317 4: what the zone of the whole octet needs, as a comment for whoever holds it. */
static void parent_advise(const struct reverse_plan *plan, struct name apex, struct text *out)
{
	const struct ip_prefix *prefix = &plan->input.prefix;
	unsigned first = prefix->addr.bytes[3], last = first + (1u << (32 - prefix->length)) - 1;
	text_add(out, "; The zone ");
	name_add(out, name_parent(apex));
	text_add(out, " needs these lines, and the NS of this zone (RFC 2317):\n; ");
	text_addf(out, "$GENERATE %u-%u $ CNAME $.", first, last);
	name_add(out, apex);
	text_add_char(out, '\n');
}

static void servers_add(const struct reverse_plan *plan, const struct zone_node *forward_apex, struct text *out)
{
	for (size_t i = 0; i < plan->input.server_count; i++) {
		text_add(out, "\tIN NS ");
		name_add(out, plan->input.servers[i]);
		text_add_char(out, '\n');
	}
	const struct rrset *servers = zone_node_rrset(forward_apex, RR_NS);
	size_t position = 0;
	struct span rdata;
	while (plan->input.server_count == 0 && servers != NULL && rrset_next(servers, &position, &rdata)) {
		text_add(out, "\tIN NS ");
		name_add(out, name_of(rdata.data));
		text_add_char(out, '\n');
	}
}

/* The head of a new zone: SOA and NS of the first forward zone, where nothing else was asked for. */
static void head_add(const struct reverse_plan *plan, struct name apex, uint32_t serial, struct text *out)
{
	const struct reverse_input *input = &plan->input;
	const struct zone_node *forward_apex = zone_apex_node(input->forwards[0]);
	const struct rrset *soa = zone_node_rrset(forward_apex, RR_SOA);
	struct span rdata;
	size_t position = 0;
	if (!rrset_next(soa, &position, &rdata))
		return;
	struct name primary = name_of(rdata.data), mailbox = name_of(rdata.data + primary.size);
	const uint8_t *numbers = mailbox.wire + mailbox.size;
	char prefix[IP_PREFIX_TEXT_MAX];
	ip_prefix_to_text(&input->prefix, prefix);
	text_addf(out, "; Reverse zone of %s. Records outside the marks below are kept as they are written.\n", prefix);
	if (plan->is_classless)
		parent_advise(plan, apex, out);
	text_addf(out, "$TTL %u\n", input->has_ttl ? input->ttl_s : soa->ttl);
	name_add(out, apex);
	text_add(out, " IN SOA ");
	name_add(out, input->server_count > 0 ? input->servers[0] : primary);
	text_add_char(out, ' ');
	name_add(out, input->mailbox.wire != NULL ? input->mailbox : mailbox);
	text_addf(out, " (\n\t%u ; serial\n\t%u ; refresh\n\t%u ; retry\n\t%u ; expire\n\t%u ) ; negative answers\n",
	          serial, load_u32(numbers + 4), load_u32(numbers + 8), load_u32(numbers + 12), load_u32(numbers + 16));
	servers_add(plan, forward_apex, out);
}

/* --- The whole --- */

/* Copies hand-written text, with a new serial where the old one stands in it. */
static void hand_add(struct span part, const struct reverse_hand *hand, uint32_t serial, struct text *out)
{
	bool has_serial = hand->serial.data >= part.data && hand->serial.data < part.data + part.size;
	if (!has_serial) {
		text_add_size(out, (const char *)part.data, part.size);
		return;
	}
	size_t before = (size_t)(hand->serial.data - part.data);
	text_add_size(out, (const char *)part.data, before);
	text_addf(out, "%u", serial);
	text_add_size(out, (const char *)part.data + before + hand->serial.size, part.size - before - hand->serial.size);
}

static void old_renew(const struct reverse_plan *plan, const struct reverse_hand *hand, const struct text *ours,
                      struct text *out, struct reverse_result *result)
{
	result->old_serial = result->serial = hand->serial_value;
	result->is_changed = !span_equal(hand->ours, span_of(ours->data, ours->size));
	if (result->is_changed)
		result->serial = reverse_serial_next(hand->serial_value, plan->input.now_s);
	hand_add(hand->head, hand, result->serial, out);
	if (hand->head.size > 0 && hand->head.data[hand->head.size - 1] != '\n')
		text_add_char(out, '\n');
	text_add_size(out, ours->data, ours->size);
	hand_add(hand->tail, hand, result->serial, out);
}

static void report_unreadable(struct name apex, const char *path, struct finding_list *findings)
{
	char subject[NAME_TEXT_MAX];
	name_to_display(apex, subject);
	finding_add(findings, FINDING_ZONE_SYNTAX, (struct place){.file = path}, subject,
	            "write an SOA with a number as serial, and both marks or none",
	            "The file has no SOA whose serial could be raised, or the mark that ends our part is gone.");
}

/* The result must load: nobody's reload shall fail because of what we wrote. What the hand-written part is warned
 * of was said when that was read. */
static int text_prove(struct name apex, const char *path, struct span text, struct finding_list *findings)
{
	struct finding_list *unsaid = finding_list_new();
	struct zone *zone;
	int err = unsaid != NULL ? text_load(apex, path, text, unsaid, &zone) : -ENOMEM;
	finding_list_free(unsaid);
	if (err == ERR_FINDINGS)
		err = text_load(apex, path, text, findings, &zone);
	if (err == ERR_OK)
		zone_free(zone);
	return err;
}

int reverse_plan_text(const struct reverse_plan *plan, size_t index, struct span old, const char *old_path,
                      struct finding_list *findings, struct text *out, struct reverse_result *ret)
{
	struct name_buffer buffer;
	struct name apex = reverse_plan_apex(plan, index, &buffer);
	struct reverse_hand hand = {0};
	struct reverse_result result = {.is_changed = true};
	struct zone *hand_zone = NULL;
	struct text ours = {0};
	size_t start = out->size;
	int err = old.data != NULL ? reverse_hand_find(old, &hand) : ERR_OK;
	if (err == ERR_SYNTAX) {
		report_unreadable(apex, old_path, findings);
		return ERR_FINDINGS;
	}
	if (err == ERR_OK && old.data != NULL)
		err = hand_load(&hand, apex, old_path, findings, &hand_zone);
	if (err != ERR_OK)
		return err;
	ours_add(plan, index, hand_zone, &ours, &result);
	if (old.data != NULL) {
		old_renew(plan, &hand, &ours, out, &result);
	} else {
		result.serial = reverse_serial_next(0, plan->input.now_s);
		head_add(plan, apex, result.serial, out);
		text_add_size(out, ours.data, ours.size);
	}
	if (hand_zone != NULL)
		zone_free(hand_zone);
	bool is_failed = ours.is_failed || out->is_failed;
	text_free(&ours);
	err = is_failed ? -ENOMEM : result.is_changed ? text_prove(apex, old_path, span_of(out->data + start, out->size - start), findings) : ERR_OK;
	if (err == ERR_OK)
		*ret = result;
	return err;
}
