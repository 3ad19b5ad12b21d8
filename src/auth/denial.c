/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/denial.h"

static void none_node(struct answer *answer, const struct zone *zone, struct name name, const struct zone_node *node)
{
}

static void none_match(struct answer *answer, const struct zone *zone, struct name name,
                       const struct zone_match *match)
{
}

static const struct denial_chain denial_none = {none_node, none_node, none_node, none_match};

static const struct denial_chain *const chains[] = {
	[ZONE_DENIAL_NONE] = &denial_none,
	[ZONE_DENIAL_NSEC] = &denial_nsec,
	[ZONE_DENIAL_NSEC3] = &denial_nsec3,
};

void deny_name(struct answer *answer, const struct zone *zone, struct name name, const struct zone_node *encloser)
{
	chains[zone_denial(zone)]->name(answer, zone, name, encloser);
}

void deny_type(struct answer *answer, const struct zone *zone, struct name name, const struct zone_node *node)
{
	chains[zone_denial(zone)]->type(answer, zone, name, node);
}

void deny_closer_match(struct answer *answer, const struct zone *zone, struct name name,
                       const struct zone_node *encloser)
{
	chains[zone_denial(zone)]->closer_match(answer, zone, name, encloser);
}

void deny_wildcard_type(struct answer *answer, const struct zone *zone, struct name name,
                        const struct zone_match *match)
{
	chains[zone_denial(zone)]->wildcard_type(answer, zone, name, match);
}

bool wildcard_name(struct name encloser, struct name_buffer *buffer, struct name *ret)
{
	if (encloser.size > NAME_MAX - 2)
		return false;
	buffer->wire[0] = 1;
	buffer->wire[1] = '*';
	memcpy(buffer->wire + 2, encloser.wire, encloser.size);
	*ret = (struct name){.wire = buffer->wire, .size = (uint8_t)(encloser.size + 2),
	                     .labels = (uint8_t)(encloser.labels + 1)};
	return true;
}
