/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/sampling.h"

bool sampling_takes(uint64_t seed, const struct event *event, uint32_t every)
{
	if (every == 1)
		return true;
	uint64_t hash = seed ^ (event->time_us / 60000000 * 0x9e3779b97f4a7c15u);
	struct name name = event_qname(event);
	for (size_t i = 0; i < sizeof(event->client.addr.bytes); i++)
		hash = (hash ^ event->client.addr.bytes[i]) * 0x100000001b3u;
	for (size_t i = 0; i < name.size; i++)
		hash = (hash ^ name.wire[i]) * 0x100000001b3u;
	hash = (hash ^ (hash >> 32)) * 0xff51afd7ed558ccdu;
	return (hash >> 32) % every == 0;
}
