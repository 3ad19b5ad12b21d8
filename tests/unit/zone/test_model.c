/* SPDX-License-Identifier: BSD-2-Clause */
/* Random zones against a model that keeps records in an array and looks at all of them for every question. */
#include "base/encoding.h"
#include "dns/rdata.h"
#include "tests/unit/zone/records.h"
#include "zone/denial.h"

#include <stdio.h>
#include <stdlib.h>

#define RECORDS_MAX 400
#define ROUNDS 60
#define QUESTIONS 300

struct model_record {
	struct name_buffer wire;
	struct name owner; /* as given */
	uint16_t type;
	uint8_t rdata[300];
	size_t rdata_size;
};

struct model {
	struct model_record records[RECORDS_MAX];
	size_t count;
	struct name apex;
	struct name_buffer apex_wire;
	uint32_t random; /* state */
};

static unsigned pick(struct model *model, unsigned below)
{
	model->random = model->random * 1664525 + 1013904223;
	return (unsigned)(((uint64_t)(model->random >> 8) * below) >> 24);
}

/* A name at or below the apex: up to five labels of a small alphabet, with odd octets and long labels among them. */
static struct name random_name(struct model *model, struct name_buffer *buffer)
{
	static const char *const labels[] = {"a", "B", "b", "c", "*", "aa", "AB", "ns", "\\000", "\\001x", "d-e", "\\255",
	                                     "a-label-of-more-than-sixteen-octets", "a-label-of-more-than-sixteen-octetz"};
	char text[NAME_TEXT_MAX] = "";
	unsigned depth = pick(model, 6);
	if (pick(model, 20) == 0)
		depth = 12;
	for (unsigned i = 0; i < depth; i++) {
		strcat(text, labels[pick(model, depth > 6 ? 4 : sizeof(labels) / sizeof(labels[0]))]);
		strcat(text, ".");
	}
	struct name name;
	struct name_buffer head;
	assert_int_equal(name_from_text(span_text(depth > 0 ? text : "."), name_root, &head, &name, NULL), ERR_OK);
	struct name ret;
	assert_int_equal(name_concatenate(name, model->apex, buffer, &ret), ERR_OK);
	return ret;
}

static bool model_has(const struct model *model, struct name name, uint16_t type)
{
	for (size_t i = 0; i < model->count; i++) {
		if (model->records[i].type == type && name_equal(model->records[i].owner, name))
			return true;
	}
	return false;
}

static bool model_exists(const struct model *model, struct name name)
{
	for (size_t i = 0; i < model->count; i++) {
		if (name_is_at_or_below(model->records[i].owner, name))
			return true;
	}
	return name_equal(name, model->apex);
}

static bool model_has_any(const struct model *model, struct name name)
{
	for (size_t i = 0; i < model->count; i++) {
		if (name_equal(model->records[i].owner, name))
			return true;
	}
	return false;
}

static void model_add(struct model *model, struct name owner, uint16_t type, const void *rdata, size_t size)
{
	assert_true(model->count < RECORDS_MAX);
	struct model_record *record = &model->records[model->count++];
	record->owner = name_copy(owner, &record->wire);
	record->type = type;
	memcpy(record->rdata, rdata, size);
	record->rdata_size = size;
}

static void random_record(struct model *model)
{
	static const uint16_t types[] = {RR_A, RR_A, RR_AAAA, RR_NS, RR_MX, RR_CNAME, RR_DNAME, RR_TXT};
	struct name_buffer buffer, target_buffer;
	struct name owner = random_name(model, &buffer);
	struct name target = random_name(model, &target_buffer);
	uint16_t type = types[pick(model, sizeof(types) / sizeof(types[0]))];
	uint8_t rdata[300] = {0};
	size_t size = type == RR_A ? 4 : type == RR_AAAA ? 16 : 2;
	for (size_t i = 0; i < size; i++)
		rdata[i] = (uint8_t)pick(model, 4);
	if (type == RR_NS || type == RR_CNAME || type == RR_DNAME || type == RR_MX) {
		size = type == RR_MX ? 2 : 0;
		memcpy(rdata + size, target.wire, target.size);
		size += target.size;
	} else if (type == RR_TXT) {
		rdata[0] = 1;
	}
	/* What would be an error of the zone is left out. */
	if (model_has(model, owner, RR_CNAME) || (type == RR_CNAME && model_has_any(model, owner)) ||
	    (type == RR_DNAME && model_has(model, owner, type)))
		return;
	model_add(model, owner, type, rdata, size);
}

static void random_model(struct model *model, unsigned round)
{
	model->random = round * 7919 + 1;
	model->count = 0;
	model->apex = name_made(round % 5 == 0 ? "." : round % 2 == 0 ? "Zone.example." : "x.", &model->apex_wire);
	uint8_t soa[22] = {0};
	model_add(model, model->apex, RR_SOA, soa, sizeof(soa));
	model_add(model, model->apex, RR_NS, "\3foo", 5);
	unsigned records = pick(model, 120);
	for (unsigned i = 0; i < records; i++)
		random_record(model);
}

static struct made model_build(const struct model *model)
{
	char apex[NAME_TEXT_MAX];
	name_to_text(model->apex, apex);
	struct made made = made_new(apex);
	for (size_t i = 0; i < model->count; i++)
		made_add_span(&made, model->records[i].owner, model->records[i].type, 300,
		              span_of(model->records[i].rdata, model->records[i].rdata_size));
	int err = made_finish(&made);
	if (err != ERR_OK)
		print_error("%s\n", finding_at(made.findings, 0)->cause);
	assert_int_equal(err, ERR_OK);
	return made;
}

/* RFC 1034 4.3.2 to the letter: down from the apex, label by label. */
static enum zone_outcome model_search(const struct model *model, struct name name, struct name *ret)
{
	for (unsigned labels = model->apex.labels; labels <= name.labels; labels++) {
		struct name at = name_strip(name, name.labels - labels);
		bool is_apex = labels == model->apex.labels;
		*ret = at;
		if (!is_apex && model_has(model, at, RR_NS))
			return ZONE_CUT;
		if (labels == name.labels)
			return ZONE_EXACT;
		if (model_has(model, at, RR_DNAME))
			return ZONE_DNAME;
		if (!model_exists(model, name_strip(name, name.labels - labels - 1))) {
			static struct name_buffer wildcard;
			struct name made;
			if (name_concatenate(name_of((const uint8_t *)"\1*"), at, &wildcard, &made) != ERR_OK ||
			    !model_exists(model, made))
				return ZONE_ABSENT; /* *ret: the encloser */
			*ret = made;
			return ZONE_WILDCARD;
		}
	}
	return ZONE_ABSENT;
}

static void check_search(const struct model *model, const struct zone *zone, struct name name)
{
	struct name wanted;
	struct zone_match match = {0};
	enum zone_outcome outcome = model_search(model, name, &wanted);
	zone_search(zone, name, &match);
	assert_int_equal(match.outcome, outcome);
	if (outcome == ZONE_ABSENT)
		assert_null(match.node);
	else
		assert_true(name_equal(zone_node_name(match.node), wanted));
	if (outcome == ZONE_WILDCARD)
		assert_true(name_equal(zone_node_name(match.encloser), name_parent(wanted)));
	if (outcome == ZONE_ABSENT)
		assert_true(name_equal(zone_node_name(match.encloser), wanted));
	struct zone_search_state state;
	struct zone_match again = {0};
	zone_search_begin(zone, name, &state);
	zone_search_touch(&state);
	zone_search_end(&state, &again);
	assert_int_equal(again.outcome, outcome);
	assert_ptr_equal(again.node, match.node);
	assert_int_equal(zone_node_find(zone, name) != NULL, model_exists(model, name));
}

static int compare_models(const void *a, const void *b)
{
	return name_compare(((const struct model_record *)a)->owner, ((const struct model_record *)b)->owner);
}

/* Every node holds what the model holds; walks are in order; nothing else is there. */
static void check_content(const struct model *model, const struct made *made)
{
	size_t records = 0;
	struct name before = {0};
	for (const struct zone_node *node = zone_node_first(made->zone); node != NULL;
	     node = zone_node_next(made->zone, node)) {
		struct name name = zone_node_name(node);
		assert_true(before.wire == NULL || name_compare(before, name) < 0);
		before = name;
		assert_int_equal(zone_node_is_empty(node), !model_has_any(model, name));
		struct name above;
		enum zone_outcome outcome = model_search(model, name, &above);
		assert_int_equal(zone_node_is_below_cut(node),
		                 outcome == ZONE_DNAME || (outcome == ZONE_CUT && !name_equal(above, name)));
		assert_int_equal(zone_node_is_cut(node), outcome == ZONE_CUT && name_equal(above, name));
		for (const struct rrset *rrset = zone_node_rrset_next(node, NULL); rrset != NULL;
		     rrset = zone_node_rrset_next(node, rrset)) {
			assert_true(model_has(model, name, rrset->type));
			assert_ptr_equal(zone_node_rrset(node, rrset->type), rrset);
			records += rrset->count;
			size_t position = 0;
			struct span rdata, last = {0};
			for (size_t i = 0; rrset_next(rrset, &position, &rdata); i++) {
				assert_true(last.data == NULL || rdata_compare(rrset->type, last, rdata) < 0);
				last = rdata;
				uint32_t line = zone_place(made->places, rrset, i).line;
				const struct model_record *source = &model->records[line - 1];
				assert_true(source->type == rrset->type && name_equal(source->owner, name));
				assert_true(span_equal(rdata, span_of(source->rdata, source->rdata_size)));
			}
		}
	}
	assert_int_equal(records, zone_record_count(made->zone));
	size_t unique = 0;
	for (size_t i = 0; i < model->count; i++) {
		const struct model_record *record = &model->records[i];
		bool is_seen = false;
		for (size_t j = 0; j < i && !is_seen; j++)
			is_seen = model->records[j].type == record->type &&
			          name_equal(model->records[j].owner, record->owner) &&
			          rdata_compare(record->type,
			                        span_of(model->records[j].rdata, model->records[j].rdata_size),
			                        span_of(record->rdata, record->rdata_size)) == 0;
		unique += !is_seen;
	}
	assert_int_equal(records, unique);
}

static void check_additional(const struct model *model, const struct zone *zone, const struct zone_node *node)
{
	const struct rrset *ns = zone_node_rrset(node, RR_NS);
	size_t count;
	const struct zone_address *found = zone_additional(zone, node, ns, &count);
	bool is_cut = zone_node_is_cut(node);
	for (size_t i = 0; i < count; i++) {
		assert_true(name_equal(zone_node_name(found[i].node), found[i].name));
		assert_ptr_equal(found[i].a, zone_node_rrset(found[i].node, RR_A));
		assert_ptr_equal(found[i].aaaa, zone_node_rrset(found[i].node, RR_AAAA));
		assert_int_equal(found[i].is_in_domain,
		                 is_cut && name_is_at_or_below(found[i].name, zone_node_name(node)));
		assert_true(i == 0 || found[i - 1].is_in_domain >= found[i].is_in_domain);
	}
	size_t wanted = 0;
	size_t position = 0;
	struct span rdata;
	while (rrset_next(ns, &position, &rdata)) {
		struct name target = name_of(rdata.data), at;
		enum zone_outcome outcome = ZONE_EXACT;
		if (name_is_at_or_below(target, model->apex))
			outcome = model_search(model, target, &at);
		bool is_usable = is_cut || outcome == ZONE_EXACT;
		wanted += is_usable && name_is_at_or_below(target, model->apex) &&
		          (model_has(model, target, RR_A) || model_has(model, target, RR_AAAA));
	}
	assert_int_equal(count, wanted);
}

static void test_random_zones(void **state)
{
	(void)state;
	struct model *model = calloc(1, sizeof(*model));
	for (unsigned round = 0; round < ROUNDS; round++) {
		random_model(model, round);
		struct made made = model_build(model);
		check_content(model, &made);
		for (const struct zone_node *node = zone_node_first(made.zone); node != NULL;
		     node = zone_node_next(made.zone, node)) {
			check_search(model, made.zone, zone_node_name(node));
			if (!zone_node_is_below_cut(node) && zone_node_rrset(node, RR_NS) != NULL)
				check_additional(model, made.zone, node);
		}
		for (unsigned i = 0; i < QUESTIONS; i++) {
			struct name_buffer buffer;
			check_search(model, made.zone, random_name(model, &buffer));
		}
		made_free(&made);
	}
	free(model);
}

/* --- Signed: the chain is made from what the model says is authoritative --- */

static bool model_is_authoritative(const struct model *model, struct name name)
{
	struct name at;
	enum zone_outcome outcome = model_search(model, name, &at);
	return outcome == ZONE_EXACT || (outcome == ZONE_CUT && name_equal(at, name));
}

/* The owners of NSEC records, in order, without doubles. */
static size_t model_owners(struct model *model, struct name *ret)
{
	size_t count = 0;
	qsort(model->records, model->count, sizeof(model->records[0]), compare_models);
	for (size_t i = 0; i < model->count; i++) {
		struct model_record *record = &model->records[i];
		record->owner.wire = record->wire.wire; /* it was moved */
		if (model_is_authoritative(model, record->owner) &&
		    (count == 0 || !name_equal(ret[count - 1], record->owner)))
			ret[count++] = record->owner;
	}
	return count;
}

static void records_settle(struct model *model)
{
	for (size_t i = 0; i < model->count; i++)
		model->records[i].owner.wire = model->records[i].wire.wire;
}

static void test_random_nsec(void **state)
{
	(void)state;
	struct model *model = calloc(1, sizeof(*model));
	for (unsigned round = 0; round < ROUNDS; round++) {
		static struct name owners[RECORDS_MAX];
		random_model(model, round);
		qsort(model->records, model->count, sizeof(model->records[0]), compare_models);
		records_settle(model);
		size_t count = model_owners(model, owners);
		for (size_t i = 0; i < count; i++) {
			uint8_t rdata[NAME_MAX + 3];
			struct name next = owners[(i + 1) % count];
			memcpy(rdata, next.wire, next.size);
			memcpy(rdata + next.size, (uint8_t[]){0, 1, 0x40}, 3);
			model_add(model, owners[i], RR_NSEC, rdata, next.size + 3u);
		}
		struct made made = model_build(model);
		assert_int_equal(zone_denial(made.zone), ZONE_DENIAL_NSEC);
		for (unsigned i = 0; i < QUESTIONS; i++) {
			struct name_buffer buffer;
			struct name name = random_name(model, &buffer);
			size_t last = 0;
			for (size_t j = 0; j < count; j++)
				last = name_compare(owners[j], name) <= 0 ? j : last;
			const struct zone_node *covering = zone_nsec_covering(made.zone, name);
			assert_non_null(covering);
			assert_true(name_equal(zone_node_name(covering), owners[last]));
		}
		made_free(&made);
	}
	free(model);
}

struct hashed {
	uint8_t hash[ZONE_NSEC3_HASH_SIZE];
	struct name name;
};

static int compare_hashed(const void *a, const void *b)
{
	return memcmp(((const struct hashed *)a)->hash, ((const struct hashed *)b)->hash, ZONE_NSEC3_HASH_SIZE);
}

static const struct nsec3_params params = {.iterations = 2, .salt = {.data = (const uint8_t *)"salt", .size = 4}};

/* All names there are, ancestors too, with their hashes. */
static size_t model_hashes(struct model *model, struct hashed *ret)
{
	size_t count = 0;
	for (size_t i = 0; i < model->count; i++) {
		struct name name = model->records[i].owner;
		for (; name.labels >= model->apex.labels; name = name_parent(name)) {
			bool is_known = !model_is_authoritative(model, name);
			for (size_t j = 0; j < count && !is_known; j++)
				is_known = name_equal(ret[j].name, name);
			if (!is_known) {
				ret[count].name = name;
				nsec3_hash(&params, name, ret[count++].hash);
			}
			if (name.labels == 0)
				break;
		}
	}
	qsort(ret, count, sizeof(*ret), compare_hashed);
	return count;
}

static void nsec3_add(struct made *made, const struct model *model, const struct hashed *at, const struct hashed *next)
{
	uint8_t rdata[64] = {1, 0, 0, 2, 4, 's', 'a', 'l', 't', 20};
	memcpy(rdata + 10, next->hash, ZONE_NSEC3_HASH_SIZE);
	memcpy(rdata + 30, (uint8_t[]){0, 1, 0x40}, 3);
	struct text label = {0};
	base32hex_encode(span_of(at->hash, ZONE_NSEC3_HASH_SIZE), &label);
	struct name_buffer buffer, joined;
	struct name owner;
	text_add(&label, ".");
	assert_int_equal(name_concatenate(name_made(text_string(&label), &buffer), model->apex, &joined, &owner), 0);
	made_add_span(made, owner, RR_NSEC3, 300, span_of(rdata, 33));
	text_free(&label);
}

static void check_nsec3(struct model *model, const struct zone *zone, const struct hashed *hashes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct zone_node *node = zone_node_find(zone, hashes[i].name);
		bool is_match;
		assert_non_null(zone_node_nsec3(zone, node));
		assert_ptr_equal(zone_nsec3_find(zone, hashes[i].hash, &is_match), zone_node_nsec3(zone, node));
		assert_true(is_match);
	}
	for (unsigned i = 0; i < QUESTIONS; i++) {
		struct name_buffer buffer;
		uint8_t hash[ZONE_NSEC3_HASH_SIZE];
		uint8_t owner_hash[ZONE_NSEC3_HASH_SIZE];
		bool is_match;
		zone_nsec3_hash(zone, random_name(model, &buffer), hash);
		size_t last = count - 1;
		for (size_t j = 0; j < count; j++)
			last = memcmp(hashes[j].hash, hash, sizeof(hash)) <= 0 ? j : last;
		const struct zone_node *found = zone_nsec3_find(zone, hash, &is_match);
		assert_true(nsec3_owner_hash(found, owner_hash));
		assert_memory_equal(owner_hash, hashes[last].hash, sizeof(hash));
		assert_int_equal(is_match, memcmp(owner_hash, hash, sizeof(hash)) == 0);
	}
}

static void test_random_nsec3(void **state)
{
	(void)state;
	struct model *model = calloc(1, sizeof(*model));
	static struct hashed hashes[RECORDS_MAX * 12];
	for (unsigned round = 0; round < ROUNDS; round++) {
		random_model(model, round);
		size_t count = model_hashes(model, hashes);
		char apex[NAME_TEXT_MAX];
		name_to_text(model->apex, apex);
		struct made made = made_new(apex);
		made_add_span(&made, model->apex, RR_NSEC3PARAM, 0, span_of("\1\0\0\2\4salt", 9));
		for (size_t i = 0; i < model->count; i++)
			made_add_span(&made, model->records[i].owner, model->records[i].type, 300,
			              span_of(model->records[i].rdata, model->records[i].rdata_size));
		for (size_t i = 0; i < count; i++)
			nsec3_add(&made, model, &hashes[i], &hashes[(i + 1) % count]);
		assert_int_equal(made_finish(&made), ERR_OK);
		assert_int_equal(zone_denial(made.zone), ZONE_DENIAL_NSEC3);
		check_nsec3(model, made.zone, hashes, count);
		size_t walked = 0;
		for (const struct zone_node *node = zone_nsec3_first(made.zone); node != NULL;
		     node = zone_nsec3_next(made.zone, node)) {
			uint8_t hash[ZONE_NSEC3_HASH_SIZE];
			assert_true(nsec3_owner_hash(node, hash));
			assert_memory_equal(hash, hashes[walked++].hash, sizeof(hash));
			assert_null(zone_node_find(made.zone, zone_node_name(node)));
		}
		assert_int_equal(walked, count);
		made_free(&made);
	}
	free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_zones),
		cmocka_unit_test(test_random_nsec),
		cmocka_unit_test(test_random_nsec3),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
