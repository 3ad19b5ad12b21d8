/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A zone is listed below, its NSEC and NSEC3 chains are made here, and for thousands of names and types the proof from the
 * whole chain must be what a plain reading of the list says; from any part of the chain it may be less, never other.
 */
#include "dnssec/denial.h"

#include "base/encoding.h"
#include "dns/rdata.h"
#include "tests/unit/dnssec/sets.h"

#include <stdio.h>

#define ITERATIONS 2
#define SALT "\xab\xcd"

static struct arena *arena;

static const struct {
	const char *name;
	uint16_t types[4];
} listed[] = {
	{"example.", {RR_NS, RR_SOA, RR_DNSKEY}},
	{"a.example.", {RR_A}},
	{"b.a.example.", {RR_AAAA}},
	{"b.example.", {RR_CNAME}},
	{"x.y.ent.example.", {RR_TXT}},
	{"cut.example.", {RR_NS}},
	{"secure.example.", {RR_NS, RR_DS}},
	{"dname.example.", {RR_DNAME, RR_A}},
	{"*.w.example.", {RR_TXT}},
	{"a.w.example.", {RR_A}},
	{"*.y.example.", {RR_CNAME}},
	{"x.*.x.example.", {RR_A}}, /* an asterisk that is an empty non-terminal */
	{"*.cut.example.", {0}},    /* below a cut: not in the zone */
};
#define LISTED (sizeof(listed) / sizeof(listed[0]))

struct node {
	struct name name;
	uint16_t types[6];
	uint8_t hash[NSEC3_HASH_SIZE];
	struct rrset_view nsec, nsec3; /* owner.wire NULL: none */
};

static struct node nodes[64]; /* in canonical order, empty non-terminals included */
static size_t node_count;
static struct name zone;
static struct node *by_hash[64];
static size_t hash_count;
static bool is_optout_chain;
static bool is_left_out[64]; /* by index in nodes */

/* --- The model --- */

static struct node *node_find(struct name name)
{
	for (size_t i = 0; i < node_count; i++) {
		if (name_equal(nodes[i].name, name))
			return &nodes[i];
	}
	return NULL;
}

static bool node_has(const struct node *node, uint16_t type)
{
	for (size_t i = 0; i < 6; i++) {
		if (node->types[i] == type)
			return true;
	}
	return false;
}

static bool node_is_cut(const struct node *node)
{
	return node_has(node, RR_NS) && !node_has(node, RR_SOA);
}

/* What can be denied of a name: NONE when it has an answer, or is not this zone's to speak of. */
static enum denial truth(struct name name, uint16_t type)
{
	const struct node *node;
	for (struct name above = name_parent(name); above.labels >= zone.labels && above.labels > 0;
	     above = name_parent(above)) {
		node = node_find(above);
		if (node != NULL && (node_is_cut(node) || node_has(node, RR_DNAME)))
			return DENIAL_NONE;
	}
	node = node_find(name);
	if (node != NULL && node_is_cut(node) && type != RR_DS)
		return DENIAL_NONE;
	if (node != NULL && node_has(node, RR_SOA) && type == RR_DS)
		return DENIAL_NONE;
	if (node != NULL)
		return node_has(node, type) || node_has(node, RR_CNAME) ? DENIAL_NONE : DENIAL_NODATA;
	struct name encloser = name_parent(name), wildcard;
	while (node_find(encloser) == NULL)
		encloser = name_parent(encloser);
	struct name_buffer buffer;
	assert_int_equal(name_concatenate(name_made(arena, "*."), encloser, &buffer, &wildcard), ERR_OK);
	node = node_find(wildcard);
	if (node == NULL)
		return DENIAL_NXDOMAIN;
	return node_has(node, type) || node_has(node, RR_CNAME) ? DENIAL_NONE : DENIAL_NODATA;
}

/* --- The chains --- */

static void node_add(struct name name, const uint16_t *types)
{
	if (node_find(name) != NULL && types == NULL)
		return;
	struct node *node = node_find(name);
	if (node == NULL) {
		size_t at = node_count++;
		while (at > 0 && name_compare(nodes[at - 1].name, name) > 0) {
			nodes[at] = nodes[at - 1];
			at--;
		}
		node = &nodes[at];
		*node = (struct node){.name = name};
	}
	for (size_t i = 0; types != NULL && i < 4; i++)
		node->types[i] = types[i];
}

static size_t types_text(const struct node *node, bool is_nsec, char *text, size_t size)
{
	size_t at = 0;
	for (size_t i = 0; i < 6; i++) {
		char type[RRTYPE_TEXT_MAX];
		if (node->types[i] == 0)
			continue;
		rrtype_to_text(node->types[i], type);
		at += (size_t)snprintf(text + at, size - at, " %s", type);
	}
	return at + (size_t)snprintf(text + at, size - at, "%s", is_nsec ? " RRSIG NSEC" : "");
}

static void nsec_make(void)
{
	struct node *last = NULL, *first = NULL;
	for (size_t i = 0; i <= node_count; i++) {
		struct node *node = i < node_count ? &nodes[i] : first;
		char text[512], owner[NAME_TEXT_MAX], next[NAME_TEXT_MAX], types[128];
		if (i < node_count && node->types[0] == 0)
			continue; /* an empty non-terminal has no NSEC */
		if (first == NULL)
			first = node;
		if (last != NULL) {
			name_to_text(last->name, owner);
			name_to_text(node->name, next);
			types_text(last, true, types, sizeof(types));
			snprintf(text, sizeof(text), "%.100s 300 NSEC %.100s%s\n", owner, next, types);
			last->nsec = set_made(arena, text);
		}
		last = node;
	}
}

static int by_hash_compare(const void *a, const void *b)
{
	return memcmp((*(struct node *const *)a)->hash, (*(struct node *const *)b)->hash, NSEC3_HASH_SIZE);
}

static void hash_text(const uint8_t *hash, char text[64])
{
	struct text out = {0};
	base32hex_encode(span_of(hash, NSEC3_HASH_SIZE), &out);
	snprintf(text, 64, "%s", text_string(&out));
	text_free(&out);
}

static void nsec3_make(bool is_optout)
{
	is_optout_chain = is_optout;
	hash_count = 0;
	for (size_t i = 0; i < node_count; i++) {
		nodes[i].nsec3 = (struct rrset_view){0};
		nsec3_digest(nodes[i].name, ITERATIONS, span_of(SALT, 2), nodes[i].hash);
		/* RFC 5155 6: unsigned delegations may be left out. */
		if (!is_optout || !node_is_cut(&nodes[i]) || node_has(&nodes[i], RR_DS))
			by_hash[hash_count++] = &nodes[i];
	}
	qsort(by_hash, hash_count, sizeof(by_hash[0]), by_hash_compare);
	for (size_t i = 0; i < hash_count; i++) {
		char text[512], owner[64], next[64], types[128] = "";
		hash_text(by_hash[i]->hash, owner);
		hash_text(by_hash[(i + 1) % hash_count]->hash, next);
		types_text(by_hash[i], false, types, sizeof(types));
		snprintf(text, sizeof(text), "%s.example. 300 NSEC3 1 %d %d abcd %s%s\n", owner, is_optout, ITERATIONS, next,
		         types);
		by_hash[i]->nsec3 = set_made(arena, text);
	}
}

/* --- Sources --- */

static bool source_nsec(void *owner, struct name name, struct rrset_view *ret)
{
	const struct node *best = NULL;
	for (size_t i = 0; i < node_count; i++) {
		size_t position = 0;
		struct span rdata = {0};
		if (nodes[i].nsec.rrset == NULL || is_left_out[i])
			continue;
		assert_true(rrset_next(nodes[i].nsec.rrset, &position, &rdata));
		if (name_equal(nodes[i].name, name) || denial_nsec_covers(nodes[i].name, name_of(rdata.data), name))
			best = &nodes[i];
	}
	if (best != NULL)
		*ret = best->nsec;
	return best != NULL;
}

static bool source_chain(void *owner, struct denial_chain *ret)
{
	*ret = (struct denial_chain){.iterations = ITERATIONS, .salt = span_of(SALT, 2)};
	return true;
}

static bool source_nsec3(void *owner, const uint8_t hash[NSEC3_HASH_SIZE], struct rrset_view *ret)
{
	for (size_t i = 0; i < hash_count; i++) {
		const uint8_t *next = by_hash[(i + 1) % hash_count]->hash;
		if (is_left_out[by_hash[i] - nodes])
			continue;
		if (memcmp(by_hash[i]->hash, hash, NSEC3_HASH_SIZE) != 0 &&
		    !denial_nsec3_covers(by_hash[i]->hash, next, hash))
			continue;
		*ret = by_hash[i]->nsec3;
		return true;
	}
	return false;
}

static const struct denial_source nsec_source = {NULL, source_nsec, NULL, NULL};
static const struct denial_source nsec3_source = {NULL, NULL, source_chain, source_nsec3};

static int setup(void **state)
{
	arena = arena_new(1 << 20);
	zone = name_made(arena, "example.");
	node_count = 0;
	for (size_t i = 0; i < LISTED; i++) {
		struct name name = name_made(arena, listed[i].name);
		if (listed[i].types[0] == 0)
			continue;
		node_add(name, listed[i].types);
		for (name = name_parent(name); name.labels > 1; name = name_parent(name))
			node_add(name, NULL);
	}
	nsec_make();
	nsec3_make(false);
	memset(is_left_out, 0, sizeof(is_left_out));
	return 0;
}

static int teardown(void **state)
{
	arena_free(arena);
	return 0;
}

/* --- Every name of up to three labels --- */

static const char *const labels[] = {"", "0", "*", "a", "b", "cut", "dname", "ent", "secure", "w", "x", "y", "zz"};
#define LABELS (sizeof(labels) / sizeof(labels[0]))
static const uint16_t types[] = {RR_A, RR_TXT, RR_DS, RR_NS, RR_CNAME, RR_SOA};
#define TYPES (sizeof(types) / sizeof(types[0]))

static bool name_number(size_t number, struct name_buffer *buffer, struct name *ret)
{
	char text[64] = "";
	for (unsigned i = 0; i < 3; i++, number /= LABELS) {
		const char *label = labels[number % LABELS];
		if (label[0] == '\0' && i < 2 && number / LABELS > 0)
			return false; /* told by a smaller number */
		if (label[0] != '\0')
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s.", label);
	}
	strcat(text, "example.");
	return name_from_text(span_text(text), name_root, buffer, ret, NULL) == ERR_OK;
}

typedef void name_check(const struct denial_source *source, struct name name, uint16_t type, bool is_whole);

static void all_check(const struct denial_source *source, name_check *check, bool is_whole)
{
	for (size_t number = 0; number < LABELS * LABELS * LABELS; number++) {
		struct name_buffer buffer;
		struct name name;
		if (!name_number(number, &buffer, &name))
			continue;
		for (size_t i = 0; i < TYPES; i++)
			check(source, name, types[i], is_whole);
	}
}

static void prove_check(const struct denial_source *source, struct name name, uint16_t type, bool is_whole)
{
	struct dnssec_budget budget = {.nsec3_rounds = 1000};
	struct denial_proof proof;
	char text[NAME_TEXT_MAX];
	enum denial wanted = truth(name, type);
	denial_prove(source, zone, name, type, 10, &budget, &proof);
	name_to_text(name, text);
	if (proof.denial != wanted && (is_whole || proof.denial != DENIAL_NONE))
		fail_msg("%s %u: proven %d, in truth %d", text, type, proof.denial, wanted);
	assert_false(proof.is_optout);
	assert_true(proof.set_count <= DENIAL_SETS_MAX);
	if (proof.denial == DENIAL_NONE)
		return;
	assert_true(proof.set_count > 0);
	const struct node *node = node_find(name);
	assert_int_equal(proof.is_delegation, node != NULL && node_is_cut(node));
}

/* Is nothing at or below the name that is one label longer than the encloser? */
static void closer_check(const struct denial_source *source, struct name name, uint16_t type, bool is_whole)
{
	if (type != types[0])
		return;
	for (unsigned encloser = zone.labels; encloser < name.labels; encloser++) {
		struct dnssec_budget budget = {.nsec3_rounds = 1000};
		struct denial_proof proof;
		struct name closer = name_strip(name, name.labels - encloser - 1);
		bool is_absent = node_find(closer) == NULL;
		for (struct name above = name_parent(closer); above.labels > 1; above = name_parent(above)) {
			const struct node *node = node_find(above);
			is_absent = is_absent && (node == NULL || (!node_is_cut(node) && !node_has(node, RR_DNAME)));
		}
		denial_no_closer(source, zone, name, encloser, 10, &budget, &proof);
		/* NSEC3 hashes do not show that a name lies below a cut; the signature over the wildcard above does. */
		bool is_below = source == &nsec3_source && node_find(closer) == NULL;
		if (is_whole && !is_below)
			assert_int_equal(proof.denial, is_absent ? DENIAL_NXDOMAIN : DENIAL_NONE);
		else if (proof.denial != DENIAL_NONE)
			assert_true(proof.denial == DENIAL_NXDOMAIN && (is_absent || is_below));
	}
}

static void test_nsec(void **state)
{
	all_check(&nsec_source, prove_check, true);
	all_check(&nsec_source, closer_check, true);
}

static void test_nsec3(void **state)
{
	all_check(&nsec3_source, prove_check, true);
	all_check(&nsec3_source, closer_check, true);
}

/* One record is missing, and then all but a few: what is still proven is true. */
static void test_parts(void **state)
{
	uint32_t random = 7;
	for (size_t i = 0; i < node_count; i++) {
		is_left_out[i] = true;
		all_check(&nsec_source, prove_check, false);
		all_check(&nsec3_source, prove_check, false);
		all_check(&nsec_source, closer_check, false);
		all_check(&nsec3_source, closer_check, false);
		is_left_out[i] = false;
	}
	for (unsigned round = 0; round < 10; round++) {
		for (size_t i = 0; i < node_count; i++) {
			random = random * 1103515245 + 12345;
			is_left_out[i] = random >> 16 & 3;
		}
		all_check(&nsec_source, prove_check, false);
		all_check(&nsec3_source, prove_check, false);
	}
}

/* --- Opt-out --- */

static void optout_check(const struct denial_source *source, struct name name, uint16_t type, bool is_whole)
{
	struct dnssec_budget budget = {.nsec3_rounds = 1000};
	struct denial_proof proof;
	enum denial wanted = truth(name, type);
	const struct node *node = node_find(name);
	bool is_hidden = node != NULL && node_is_cut(node) && !node_has(node, RR_DS);
	struct name closer = name;
	denial_prove(source, zone, name, type, 10, &budget, &proof);
	if (node != NULL && !is_hidden) {
		assert_int_equal(proof.denial, wanted);
		assert_false(proof.is_optout);
		return;
	}
	while (node_find(name_parent(closer)) == NULL)
		closer = name_parent(closer);
	const struct node *encloser = node_find(name_parent(closer));
	if (!node_has(encloser, RR_DNAME) && !node_is_cut(encloser) && wanted != DENIAL_NONE) {
		/* Everything that is not there is in an opt-out span of this chain (RFC 5155 8.5, 8.6, 9.2). */
		assert_int_equal(proof.denial, type == RR_DS ? DENIAL_OPTOUT : wanted);
		assert_true(proof.is_optout);
	}
	if (is_hidden && type == RR_DS)
		assert_int_equal(proof.denial, DENIAL_OPTOUT);
}

static void test_optout(void **state)
{
	nsec3_make(true);
	all_check(&nsec3_source, optout_check, true);
	struct dnssec_budget budget = {.nsec3_rounds = 1000};
	struct denial_proof proof;
	denial_no_closer(&nsec3_source, zone, name_made(arena, "q.w.example."), 2, 10, &budget, &proof);
	assert_int_equal(proof.denial, DENIAL_NXDOMAIN);
	assert_true(proof.is_optout);
}

/* --- Limits --- */

static void test_limits(void **state)
{
	struct dnssec_budget budget = {.nsec3_rounds = 1000};
	struct denial_proof proof;
	struct name name = name_made(arena, "q.q.q.q.q.example.");
	denial_prove(&nsec3_source, zone, name, RR_A, ITERATIONS - 1, &budget, &proof);
	assert_int_equal(proof.denial, DENIAL_ITERATIONS);
	denial_no_closer(&nsec3_source, zone, name, 1, ITERATIONS - 1, &budget, &proof);
	assert_int_equal(proof.denial, DENIAL_ITERATIONS);
	assert_int_equal(budget.nsec3_rounds, 1000); /* not one hash was computed */
	/* Five labels, the apex, the wildcard: seven hashes of three rounds. */
	denial_prove(&nsec3_source, zone, name, RR_A, ITERATIONS, &budget, &proof);
	assert_int_equal(proof.denial, DENIAL_NXDOMAIN);
	assert_int_equal(budget.nsec3_rounds, 1000 - 7 * (ITERATIONS + 1));
	for (unsigned most = 0; most < 7 * (ITERATIONS + 1); most++) {
		budget.nsec3_rounds = most;
		denial_prove(&nsec3_source, zone, name, RR_A, ITERATIONS, &budget, &proof);
		assert_int_equal(proof.denial, DENIAL_BUDGET);
		assert_true(budget.nsec3_rounds <= ITERATIONS);
	}
	budget.nsec3_rounds = ITERATIONS;
	denial_no_closer(&nsec3_source, zone, name, 1, ITERATIONS, &budget, &proof);
	assert_int_equal(proof.denial, DENIAL_BUDGET);
}

static void test_covers(void **state)
{
	struct name a = name_made(arena, "a.example."), b = name_made(arena, "b.example."), c = name_made(arena, "c.example.");
	assert_true(denial_nsec_covers(a, c, b));
	assert_false(denial_nsec_covers(a, c, a));
	assert_false(denial_nsec_covers(a, c, c));
	assert_false(denial_nsec_covers(b, c, a));
	assert_true(denial_nsec_covers(b, zone, c)); /* the last one */
	assert_true(denial_nsec_covers(c, b, name_made(arena, "d.example.")));
	assert_true(denial_nsec_covers(c, b, a));
	/* The only one of its zone covers all but itself. */
	assert_true(denial_nsec_covers(zone, zone, a));
	assert_false(denial_nsec_covers(zone, zone, zone));
	uint8_t low[NSEC3_HASH_SIZE] = {1}, middle[NSEC3_HASH_SIZE] = {2}, high[NSEC3_HASH_SIZE] = {3};
	assert_true(denial_nsec3_covers(low, high, middle));
	assert_false(denial_nsec3_covers(low, middle, high));
	assert_false(denial_nsec3_covers(low, high, high));
	assert_true(denial_nsec3_covers(high, middle, low));
	assert_true(denial_nsec3_covers(low, low, high));
	assert_false(denial_nsec3_covers(low, low, low));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nsec, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nsec3, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_optout, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_covers, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
