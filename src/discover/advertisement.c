/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/advertisement.h"

#define FLAG_MANAGED 0x80
#define FLAG_OTHER 0x40
#define FLAG_AUTONOMOUS 0x40 /* of a prefix */
#define PREFIX_SIZE 32       /* octets of that option */

const char *advertisement_preference_text(enum advertisement_preference preference)
{
	static const char *const texts[] = {
		[PREFERENCE_LOW] = "low", [PREFERENCE_MEDIUM] = "medium", [PREFERENCE_HIGH] = "high"};
	return texts[preference];
}

/* Type, length, two reserved octets and a lifetime: how RDNSS and DNSSL begin. */
static bool lifetime_take(struct span *option, uint32_t *ret)
{
	struct span head;
	return span_take(option, 4, &head) && span_take_u32(option, ret);
}

static int prefix_read(struct span option, struct advertisement *into)
{
	if (option.size != PREFIX_SIZE)
		return ERR_SYNTAX;
	/* RFC 4862 5.5.3: a link-local prefix makes no address, nor does one with a lifetime of 0. */
	struct ip_addr prefix = ip_addr_v6(option.data + 16);
	if (option.data[3] & FLAG_AUTONOMOUS && load_u32(option.data + 4) > 0 && !ip_addr_is_link_local(&prefix))
		into->has_autonomous = true;
	return ERR_OK;
}

static int interval_read(struct span option, struct advertisement *into)
{
	if (option.size != NDOPT_UNIT)
		return ERR_SYNTAX;
	into->interval_ms = load_u32(option.data + 4);
	return ERR_OK;
}

static void server_add(const struct advertisement_server *server, struct advertisement *into)
{
	/* RFC 8106 6.1: the same address again replaces its lifetime. */
	for (size_t i = 0; i < into->server_count; i++) {
		if (ip_addr_equal(&into->servers[i].addr, &server->addr)) {
			into->servers[i] = *server;
			return;
		}
	}
	if (into->server_count < ADVERTISEMENT_MAX)
		into->servers[into->server_count++] = *server;
	else
		into->is_cut = true;
}

static int servers_read(struct span option, struct advertisement *into)
{
	struct advertisement_server server;
	struct span octets;
	/* RFC 8106 5.3.1: a length of at least 3, and odd, since each address takes two units. */
	if (option.size < 3 * NDOPT_UNIT || option.size / NDOPT_UNIT % 2 == 0 || !lifetime_take(&option, &server.lifetime_s))
		return ERR_SYNTAX;
	while (span_take(&option, 16, &octets)) {
		server.addr = ip_addr_v6(octets.data);
		if (ip_addr_is_link_local(&server.addr))
			server.addr.scope = into->interface;
		server_add(&server, into);
	}
	return ERR_OK;
}

/* The domain, or room for it; NULL: there is none left. */
static struct advertisement_domain *domain_find(struct advertisement *in, struct name name)
{
	for (size_t i = 0; i < in->domain_count; i++) {
		if (name_equal(name_of(in->domains[i].name.wire), name))
			return &in->domains[i];
	}
	return in->domain_count < ADVERTISEMENT_MAX ? &in->domains[in->domain_count++] : NULL;
}

static int domains_read(struct span option, struct advertisement *into)
{
	uint32_t lifetime_s;
	struct name name;
	if (option.size < 2 * NDOPT_UNIT || !lifetime_take(&option, &lifetime_s))
		return ERR_SYNTAX;
	/* Zeros are padding: the root is no search domain. */
	while (option.size > 0 && option.data[0] != 0) {
		if (name_take(&option, &name) != ERR_OK)
			return ERR_SYNTAX;
		struct advertisement_domain *domain = domain_find(into, name);
		if (domain == NULL) {
			into->is_cut = true;
			return ERR_OK;
		}
		name_copy(name, &domain->name);
		domain->lifetime_s = lifetime_s;
	}
	return ERR_OK;
}

static int pref64_read(struct span option, struct advertisement *into)
{
	struct ndopt_pref64 got;
	if (ndopt_pref64s(option, &into->router, into->interface, &got, 1) == 0)
		return ERR_SYNTAX;
	for (size_t i = 0; i < into->pref64_count; i++) {
		if (ip_prefix_equal(&into->pref64s[i].pref64.prefix, &got.pref64.prefix)) {
			into->pref64s[i] = got;
			return ERR_OK;
		}
	}
	if (into->pref64_count < ADVERTISEMENT_MAX)
		into->pref64s[into->pref64_count++] = got;
	else
		into->is_cut = true;
	return ERR_OK;
}

/* But for its lifetime. */
static bool is_same_dnr(const struct dnr_resolver *a, const struct dnr_resolver *b)
{
	bool is_same = a->priority == b->priority && a->address_count == b->address_count &&
	               name_equal(name_of(a->name.wire), name_of(b->name.wire)) &&
	               span_equal(span_of(a->params, a->params_size), span_of(b->params, b->params_size));
	for (size_t i = 0; is_same && i < a->address_count; i++)
		is_same = ip_addr_equal(&a->addresses[i], &b->addresses[i]);
	return is_same;
}

static int dnr_read(struct span option, struct advertisement *into)
{
	struct dnr_resolver got;
	int err = dnr_from_ndopt(option, &got);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < into->dnr_count; i++) {
		if (is_same_dnr(&into->dnrs[i], &got)) {
			into->dnrs[i] = got;
			return ERR_OK;
		}
	}
	if (into->dnr_count < ADVERTISEMENT_MAX)
		into->dnrs[into->dnr_count++] = got;
	else
		into->is_cut = true;
	return ERR_OK;
}

static const struct {
	uint8_t type;
	int (*read)(struct span option, struct advertisement *into);
} rows[] = {
	{NDOPT_PREFIX, prefix_read}, {NDOPT_INTERVAL, interval_read}, {NDOPT_RDNSS, servers_read},
	{NDOPT_DNSSL, domains_read}, {NDOPT_PREF64, pref64_read},     {NDOPT_DNR, dnr_read},
};

void advertisement_add_options(struct span options, struct advertisement *into)
{
	struct span option;
	unsigned malformed = 0;
	int err;
	while ((err = ndopt_next(&options, &option)) == ERR_OK) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			if (rows[i].type == option.data[0])
				malformed += rows[i].read(option, into) != ERR_OK;
		}
	}
	malformed += err != ERR_NOT_FOUND;
	if (malformed > into->malformed)
		into->malformed = malformed;
}

static bool is_walkable(struct span options)
{
	struct span option;
	int err;
	while ((err = ndopt_next(&options, &option)) == ERR_OK)
		;
	return err == ERR_NOT_FOUND;
}

int advertisement_read(struct span icmp, struct advertisement *into)
{
	/* RFC 4191 2.2: two bits in two's complement; 10 is reserved and read as medium. */
	static const enum advertisement_preference preferences[] = {PREFERENCE_MEDIUM, PREFERENCE_HIGH, PREFERENCE_MEDIUM,
	                                                            PREFERENCE_LOW};
	struct span options;
	int err = ndopt_of_advertisement(icmp, &into->router, &options);
	if (err != ERR_OK)
		return err;
	if (!is_walkable(options)) {
		into->is_broken = true;
		into->malformed += into->malformed == 0;
		return ERR_OK;
	}
	uint8_t flags = icmp.data[5];
	into->has_header = true;
	into->is_managed = flags & FLAG_MANAGED;
	into->is_other = flags & FLAG_OTHER;
	into->preference = preferences[flags >> 3 & 3];
	into->lifetime_s = load_u16(icmp.data + 6);
	advertisement_add_options(options, into);
	return ERR_OK;
}
