/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/dnr.h"

#include "dns/svcb.h"
#include "ip/special.h"

static int name_read(struct span *from, struct dnr_resolver *ret)
{
	uint16_t size;
	struct span octets;
	struct name name;
	if (!span_take_u16(from, &size) || !span_take(from, size, &octets))
		return ERR_TRUNCATED;
	if (name_take(&octets, &name) != ERR_OK || octets.size != 0 || name_is_root(name))
		return ERR_SYNTAX;
	name_copy(name, &ret->name);
	return ERR_OK;
}

static int addresses_read(struct span *from, uint16_t size, struct dnr_resolver *ret)
{
	struct span octets, one;
	if (!span_take(from, size, &octets))
		return ERR_TRUNCATED;
	if (size % 16 != 0)
		return ERR_SYNTAX;
	while (ret->address_count < DNR_ADDRESSES_MAX && span_take(&octets, 16, &one)) {
		struct ip_addr addr = ip_addr_v6(one.data);
		enum ip_kind kind = ip_addr_kind(&addr);
		/* RFC 9463 4.2, 6.2: these are discarded. */
		if (kind != IP_KIND_LOOPBACK && kind != IP_KIND_MULTICAST)
			ret->addresses[ret->address_count++] = addr;
	}
	return size > 0 && ret->address_count == 0 ? ERR_SYNTAX : ERR_OK;
}

/* RFC 9463 3.1.5: alpn must be there, and the hints must not, since the addresses stand in the option. */
static int params_read(struct span params, struct dnr_resolver *ret)
{
	struct svcb_fault fault;
	bool has_alpn = false;
	if (params.size > DNR_PARAMS_MAX)
		return ERR_LIMIT;
	if (svcb_check(params, &fault) != ERR_OK)
		return ERR_SYNTAX;
	memcpy(ret->params, params.data, params.size);
	ret->params_size = params.size;
	while (params.size > 0) {
		uint16_t key;
		struct span value;
		if (svcparam_take(&params, &key, &value) != ERR_OK || key == SVCPARAM_IPV4HINT || key == SVCPARAM_IPV6HINT)
			return ERR_SYNTAX;
		has_alpn = has_alpn || key == SVCPARAM_ALPN;
	}
	return has_alpn ? ERR_OK : ERR_SYNTAX;
}

int dnr_from_ndopt(struct span option, struct dnr_resolver *ret)
{
	struct dnr_resolver got = {0};
	struct span head, params;
	uint16_t size;
	if (!span_take(&option, 2, &head) || !span_take_u16(&option, &got.priority) ||
	    !span_take_u32(&option, &got.lifetime_s))
		return ERR_TRUNCATED;
	int err = name_read(&option, &got);
	/* Nothing but padding behind the name reads as no addresses: the name alone. */
	if (err == ERR_OK && span_take_u16(&option, &size) && size > 0) {
		err = addresses_read(&option, size, &got);
		if (err == ERR_OK && (!span_take_u16(&option, &size) || !span_take(&option, size, &params)))
			err = ERR_TRUNCATED;
		if (err == ERR_OK)
			err = params_read(params, &got);
	}
	if (err == ERR_OK)
		*ret = got;
	return err;
}

int dnr_from_dhcpv6(struct span value, struct dnr_resolver *ret)
{
	struct dnr_resolver got = {0};
	uint16_t size;
	if (!span_take_u16(&value, &got.priority))
		return ERR_TRUNCATED;
	int err = name_read(&value, &got);
	if (err == ERR_OK && value.size > 0) {
		err = span_take_u16(&value, &size) ? addresses_read(&value, size, &got) : ERR_TRUNCATED;
		if (err == ERR_OK && size == 0)
			err = ERR_SYNTAX; /* RFC 9463 4.1: with parameters come addresses */
		if (err == ERR_OK)
			err = params_read(value, &got);
	}
	if (err == ERR_OK)
		*ret = got;
	return err;
}
