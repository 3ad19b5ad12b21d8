/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/ndopt.h"

#define ADVERTISEMENT_TYPE 134 /* RFC 4861 4.2 */
#define ADVERTISEMENT_SIZE 16  /* octets in front of the options */

int ndopt_next(struct span *options, struct span *ret)
{
	if (options->size == 0)
		return ERR_NOT_FOUND;
	if (options->size < 2)
		return ERR_TRUNCATED;
	if (options->data[1] == 0)
		return ERR_SYNTAX;
	return span_take(options, (size_t)options->data[1] * NDOPT_UNIT, ret) ? ERR_OK : ERR_TRUNCATED;
}

size_t ndopt_pref64s(struct span options, const struct ip_addr *router, uint32_t interface, struct ndopt_pref64 *ret,
                     size_t size)
{
	struct span option;
	size_t count = 0;
	while (count < size && ndopt_next(&options, &option) == ERR_OK) {
		struct ndopt_pref64 got = {.pref64 = {.source = PREF64_RA, .router = *router, .interface = interface}};
		if (option.data[0] == NDOPT_PREF64 &&
		    pref64_from_option(option, &got.pref64.prefix, &got.lifetime_s) == ERR_OK)
			ret[count++] = got;
	}
	return count;
}

int ndopt_of_advertisement(struct span icmp, const struct ip_addr *router, struct span *ret_options)
{
	struct span header;
	if (!span_take(&icmp, ADVERTISEMENT_SIZE, &header))
		return ERR_TRUNCATED;
	if (header.data[0] != ADVERTISEMENT_TYPE || header.data[1] != 0 || !ip_addr_is_link_local(router))
		return ERR_MISMATCH;
	*ret_options = icmp;
	return ERR_OK;
}
