/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/plan.h"

#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"

static struct name name_at(const char *text, struct name_buffer *buffer)
{
	struct name name;
	assert_int_equal(name_from_text(span_text(text), name_root, buffer, &name, NULL), ERR_OK);
	return name;
}

static struct ip_endpoint endpoint(const char *text)
{
	struct ip_endpoint ret;
	assert_int_equal(ip_endpoint_from_text(text, 53, &ret), ERR_OK);
	return ret;
}

/* What is watched, and what is known of it. */
struct scene {
	struct watch_set set;
	struct map_zone zone;
	struct found found[2];
	struct name names[2];
	struct name_buffer buffers[4];
	struct arena *arena;
	uint16_t types[4];
	struct plan plan;
};

static const struct map_zone *zone_of(void *owner, struct name name)
{
	const struct scene *scene = owner;
	return name_is_at_or_below(name, scene->zone.zone) ? &scene->zone : NULL;
}

static void scene_make(struct scene *scene)
{
	*scene = (struct scene){0};
	scene->arena = arena_new(1 << 16);
	scene->names[0] = name_at("www.example.com", &scene->buffers[0]);
	scene->names[1] = name_at("app.example.com", &scene->buffers[1]);
	scene->zone = (struct map_zone){.zone = name_at("example.com", &scene->buffers[2]),
					.servers = {endpoint("2001:db8::53"), endpoint("192.0.2.53")},
					.server_count = 2};
	scene->types[0] = RR_AAAA;
	scene->set = (struct watch_set){
		.names = scene->names, .name_count = 1, .types = scene->types, .type_count = 1, .is_cd_asked = true};
}

static void plan_of(struct scene *scene)
{
	const struct plan_request request = {
		.set = &scene->set, .found = scene->found, .zone_of = zone_of, .owner = scene, .arena = scene->arena};
	assert_int_equal(plan_make(&request, &scene->plan), ERR_OK);
}

static size_t count(const struct scene *scene, enum probe_target target)
{
	size_t number = 0;
	for (size_t i = 0; i < scene->plan.count; i++)
		number += scene->plan.probes[i].target == target;
	return number;
}

static bool has_probe(const struct scene *scene, const char *wanted)
{
	bool is_there = false;
	for (size_t i = 0; i < scene->plan.count; i++) {
		struct text text = {0};
		probe_to_text(&scene->plan.probes[i], &text);
		is_there = is_there || strcmp(text_string(&text), wanted) == 0;
		text_free(&text);
	}
	return is_there;
}

static void test_each_server_over_each_transport(void **state)
{
	(void)state;
	struct scene scene;
	scene_make(&scene);
	scene.set.name_count = 2;
	scene.types[1] = RR_A;
	scene.set.type_count = 2;
	plan_of(&scene);
	assert_int_equal(scene.plan.count, 2 * 2 * 2 * 2); /* names, types, servers, transports; no CD for servers */
	assert_int_equal(count(&scene, PROBE_SERVER), 16);
	assert_true(has_probe(&scene, "www.example.com AAAA at 2001:db8::53@53 over UDP"));
	assert_true(has_probe(&scene, "app.example.com A at 192.0.2.53@53 over TCP"));
	arena_free(scene.arena);
}

static void test_resolvers_are_asked_with_cd_too(void **state)
{
	(void)state;
	struct scene scene;
	const struct ip_endpoint resolver = endpoint("2001:db8::99");
	scene_make(&scene);
	scene.set.has_servers = scene.set.has_resolvers = true;
	scene.set.resolvers = &resolver;
	scene.set.resolver_count = 1;
	plan_of(&scene);
	assert_int_equal(scene.plan.count, 4);
	assert_true(has_probe(&scene, "www.example.com AAAA at 2001:db8::99@53 over UDP, CD"));
	/* The one with CD stands behind the plain one: the round counts on it. */
	assert_false(scene.plan.probes[0].is_cd);
	assert_true(scene.plan.probes[1].is_cd && scene.plan.probes[0].transport == scene.plan.probes[1].transport);
	scene.set.is_cd_asked = false;
	plan_of(&scene);
	assert_int_equal(scene.plan.count, 2);
	arena_free(scene.arena);
}

/* Our own listener that is a server of the zone is asked once, as our own. */
static void test_own_services(void **state)
{
	(void)state;
	struct scene scene;
	scene_make(&scene);
	struct name_buffer buffer;
	const struct name other = name_at("example.net", &buffer);
	const struct watch_own own[] = {
		{.endpoint = endpoint("2001:db8::53"), .zones = &scene.zone.zone, .zone_count = 1},
		{.endpoint = endpoint("2001:db8::54"), .zones = &other, .zone_count = 1},
		{.endpoint = endpoint("::1@5300"), .is_resolver = true}};
	scene.set.own = own;
	scene.set.own_count = 3;
	plan_of(&scene);
	assert_int_equal(count(&scene, PROBE_SERVER), 4);
	assert_int_equal(count(&scene, PROBE_RESOLVER), 4);
	assert_true(scene.plan.probes[0].is_local);
	assert_false(has_probe(&scene, "www.example.com AAAA at 2001:db8::54@53 over UDP"));
	arena_free(scene.arena);
}

static void test_addresses(void **state)
{
	(void)state;
	static const uint16_t ports[] = {443};
	struct scene scene;
	scene_make(&scene);
	scene.types[1] = RR_PTR;
	scene.set.type_count = 2;
	scene.set.ports = ports;
	scene.set.port_count = 1;
	plan_of(&scene);
	assert_int_equal(scene.plan.count, 4); /* no address is known yet */
	scene.found[0].addresses[0] = endpoint("2001:db8::80").addr;
	scene.found[0].addresses[1] = endpoint("192.0.2.80").addr;
	scene.found[0].count = 2;
	plan_of(&scene);
	assert_true(has_probe(&scene, "connect www.example.com at 2001:db8::80@443"));
	assert_true(has_probe(&scene, "connect www.example.com at 192.0.2.80@443"));
	assert_int_equal(count(&scene, PROBE_SERVICE), 2);
	/* The zones of the PTRs are not walked to yet, so nobody is asked for them; they are among the names to walk
	 * to. */
	assert_int_equal(count(&scene, PROBE_SERVER), 4);
	struct name *names;
	size_t number;
	const struct plan_request request = {.set = &scene.set, .found = scene.found, .arena = scene.arena};
	assert_int_equal(plan_names(&request, &names, &number), ERR_OK);
	assert_int_equal(number, 3);
	assert_int_equal(names[1].labels, 34);
	arena_free(scene.arena);
}

/* An address whose reverse zone nobody delegated: the servers of ip6.arpa are not asked for it. */
static void test_addresses_without_a_reverse_zone(void **state)
{
	(void)state;
	struct scene scene;
	scene_make(&scene);
	struct name_buffer buffer;
	scene.zone.zone = name_at("ip6.arpa", &buffer);
	scene.types[1] = RR_PTR;
	scene.set.type_count = 2;
	scene.found[0].addresses[0] = endpoint("2001:db8::80").addr;
	scene.found[0].count = 1;
	scene.zone.states[FAMILY_IPV6] = scene.zone.states[FAMILY_IPV4] = CHAIN_GOOD;
	plan_of(&scene);
	assert_int_equal(count(&scene, PROBE_SERVER), 0);
	assert_int_equal(count(&scene, PROBE_NAME), 2);
	/* Below it, it is a zone like others. */
	scene.zone.zone = name_at("8.b.d.0.1.0.0.2.ip6.arpa", &buffer);
	plan_of(&scene);
	assert_int_equal(count(&scene, PROBE_SERVER), 4);
	arena_free(scene.arena);
}

/* DNSKEY is the zone's, whatever the name; of two names in it once. */
static void test_types_of_the_apex(void **state)
{
	(void)state;
	struct scene scene;
	scene_make(&scene);
	scene.set.name_count = 2;
	scene.types[0] = RR_DNSKEY;
	plan_of(&scene);
	assert_int_equal(scene.plan.count, 4);
	assert_true(has_probe(&scene, "example.com DNSKEY at 2001:db8::53@53 over TCP"));
	arena_free(scene.arena);
}

static void test_a_family_that_nobody_finds(void **state)
{
	(void)state;
	struct scene scene;
	scene_make(&scene);
	scene.zone.servers[0] = scene.zone.servers[1];
	scene.zone.server_count = 1;
	scene.zone.states[FAMILY_IPV6] = CHAIN_BROKEN;
	plan_of(&scene);
	assert_int_equal(count(&scene, PROBE_ZONE),
			 0); /* it has no server of the family: on purpose, as far as one can see */
	scene.zone.is_meant[FAMILY_IPV6] = true;
	plan_of(&scene);
	assert_int_equal(count(&scene, PROBE_ZONE), 1);
	assert_true(has_probe(&scene, "example.com over IPv6"));
	scene.zone.states[FAMILY_IPV6] = CHAIN_UNTESTED;
	plan_of(&scene);
	assert_int_equal(count(&scene, PROBE_ZONE), 0);
	arena_free(scene.arena);
}

/* The root's servers are not asked for a name that nobody delegated. */
static void test_a_name_that_no_delegation_leads_to(void **state)
{
	(void)state;
	struct scene scene;
	scene_make(&scene);
	scene.zone.zone = name_root;
	scene.zone.states[FAMILY_IPV6] = CHAIN_GOOD;
	scene.zone.states[FAMILY_IPV4] = CHAIN_UNTESTED;
	plan_of(&scene);
	assert_int_equal(scene.plan.count, 1);
	assert_true(has_probe(&scene, "www.example.com AAAA over IPv6"));
	/* A zone of ours that nobody delegated: our services have it, and nothing says whether it should be signed. */
	struct name_buffer buffer;
	const struct name zone = name_at("example.com", &buffer);
	const struct watch_own own = {.endpoint = endpoint("::1@5300"), .zones = &zone, .zone_count = 1};
	scene.set.own = &own;
	scene.set.own_count = 1;
	plan_of(&scene);
	assert_int_equal(scene.plan.count, 2);
	assert_true(scene.plan.probes[0].is_local && scene.plan.probes[0].is_alone);
	scene.types[0] = RR_SOA;
	plan_of(&scene);
	assert_true(has_probe(&scene, "example.com SOA at ::1@5300 over UDP"));
	arena_free(scene.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_server_over_each_transport),
		cmocka_unit_test(test_resolvers_are_asked_with_cd_too),
		cmocka_unit_test(test_own_services),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_addresses_without_a_reverse_zone),
		cmocka_unit_test(test_types_of_the_apex),
		cmocka_unit_test(test_a_family_that_nobody_finds),
		cmocka_unit_test(test_a_name_that_no_delegation_leads_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
