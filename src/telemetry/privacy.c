/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/privacy.h"

bool privacy_is_whole(const struct privacy *privacy, const struct ip_addr *address)
{
	return privacy->length[address->family] >= 8 * ip_addr_size(address->family);
}

void privacy_truncate_address(const struct privacy *privacy, struct ip_addr *address)
{
	if (privacy_is_whole(privacy, address))
		return;
	*address = ip_prefix_of(address, privacy->length[address->family]).addr;
	address->scope = 0;
}

void privacy_truncate(const struct privacy *privacy, struct query_event *event)
{
	if (privacy_is_whole(privacy, &event->client.addr))
		return;
	privacy_truncate_address(privacy, &event->client.addr);
	event->client.port = 0;
}
