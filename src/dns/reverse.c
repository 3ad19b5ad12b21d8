/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/reverse.h"

#include <stdio.h>

static const uint8_t suffixes[FAMILY_COUNT][14] = {
	[FAMILY_IPV6] = "\3ip6\4arpa",
	[FAMILY_IPV4] = "\7in-addr\4arpa",
};

static struct name suffix_of(enum family family)
{
	return name_of(suffixes[family]);
}

unsigned reverse_labels(enum family family)
{
	return family == FAMILY_IPV6 ? 32 : 4;
}

static uint8_t label_bits(enum family family)
{
	return family == FAMILY_IPV6 ? 4 : 8;
}

bool reverse_is_name(struct name name, enum family *ret_family, unsigned *ret_labels)
{
	for (int family = 0; family < FAMILY_COUNT; family++) {
		struct name suffix = suffix_of((enum family)family);
		if (!name_is_at_or_below(name, suffix))
			continue;
		*ret_family = (enum family)family;
		if (ret_labels != NULL)
			*ret_labels = (unsigned)(name.labels - suffix.labels);
		return true;
	}
	return false;
}

/* Label index (0: the most significant) of an address, as text with its length octet. Returns its octets. */
static size_t label_write(const struct ip_addr *addr, unsigned index, uint8_t *at)
{
	if (addr->family == FAMILY_IPV6) {
		uint8_t octet = addr->bytes[index / 2];
		at[0] = 1;
		at[1] = (uint8_t) "0123456789abcdef"[index % 2 == 0 ? octet >> 4 : octet & 15];
		return 2;
	}
	char text[4];
	int size = snprintf(text, sizeof(text), "%u", (unsigned)addr->bytes[index]);
	at[0] = (uint8_t)size;
	memcpy(at + 1, text, (size_t)size);
	return (size_t)size + 1;
}

static struct name name_write(const struct ip_addr *addr, unsigned labels, struct name_buffer *buffer)
{
	size_t size = 0;
	while (labels > 0)
		size += label_write(addr, --labels, buffer->wire + size);
	struct name suffix = suffix_of(addr->family);
	memcpy(buffer->wire + size, suffix.wire, suffix.size);
	return name_of(buffer->wire);
}

struct name reverse_from_addr(const struct ip_addr *addr, struct name_buffer *buffer)
{
	return name_write(addr, reverse_labels(addr->family), buffer);
}

int reverse_from_prefix(const struct ip_prefix *prefix, struct name_buffer *buffer, struct name *ret)
{
	uint8_t bits = label_bits(prefix->addr.family);
	if (prefix->length % bits != 0)
		return ERR_RANGE;
	*ret = name_write(&prefix->addr, prefix->length / bits, buffer);
	return ERR_OK;
}

/* Bits that are missing to the next label boundary. */
static unsigned bits_missing(const struct ip_prefix *prefix)
{
	unsigned bits = label_bits(prefix->addr.family);
	return (bits - prefix->length % bits) % bits;
}

unsigned reverse_zone_count(const struct ip_prefix *prefix)
{
	return 1u << bits_missing(prefix);
}

struct ip_prefix reverse_zone_prefix(const struct ip_prefix *prefix, unsigned index)
{
	struct ip_prefix zone = *prefix;
	unsigned missing = bits_missing(prefix);
	zone.length = (uint8_t)(prefix->length + missing);
	if (missing > 0)
		zone.addr.bytes[prefix->length / 8] |= (uint8_t)(index << (8 - missing - prefix->length % 8));
	return zone;
}

int reverse_classless(const struct ip_prefix *prefix, struct name_buffer *buffer, struct name *ret)
{
	if (prefix->addr.family != FAMILY_IPV4 || prefix->length < 25 || prefix->length > 31)
		return ERR_RANGE;
	char label[8];
	int size = snprintf(label, sizeof(label), "%u/%u", (unsigned)prefix->addr.bytes[3], (unsigned)prefix->length);
	struct name_buffer parent_buffer;
	struct name parent = name_write(&prefix->addr, 3, &parent_buffer);
	buffer->wire[0] = (uint8_t)size;
	memcpy(buffer->wire + 1, label, (size_t)size);
	memcpy(buffer->wire + 1 + size, parent.wire, parent.size);
	*ret = name_of(buffer->wire);
	return ERR_OK;
}

static bool is_classless(const struct ip_prefix *prefix)
{
	return prefix->addr.family == FAMILY_IPV4 && prefix->length > 24 && prefix->length < 32;
}

unsigned reverse_delegation_count(const struct ip_prefix *prefix)
{
	return is_classless(prefix) ? 1 : reverse_zone_count(prefix);
}

struct name reverse_delegation(const struct ip_prefix *prefix, unsigned index, struct ip_prefix *ret_prefix,
                               struct name_buffer *buffer)
{
	struct name name = name_root;
	*ret_prefix = is_classless(prefix) ? *prefix : reverse_zone_prefix(prefix, index);
	int err = is_classless(prefix) ? reverse_classless(ret_prefix, buffer, &name)
	                               : reverse_from_prefix(ret_prefix, buffer, &name);
	(void)err; /* both accept every prefix that comes out of reverse_zone_prefix */
	return name;
}

static int nibble_read(const uint8_t *label, unsigned *ret)
{
	uint8_t c = label[1] | 0x20;
	if (label[0] != 1)
		return ERR_SYNTAX;
	if (label[1] >= '0' && label[1] <= '9')
		*ret = (unsigned)(label[1] - '0');
	else if (c >= 'a' && c <= 'f')
		*ret = (unsigned)(c - 'a' + 10);
	else
		return ERR_SYNTAX;
	return ERR_OK;
}

static int octet_read(const uint8_t *label, unsigned *ret)
{
	unsigned value = 0;
	if (label[0] > 3 || (label[0] > 1 && label[1] == '0'))
		return ERR_SYNTAX; /* "01" is a name of its own, and no program asks for it */
	for (unsigned i = 1; i <= label[0]; i++) {
		if (label[i] < '0' || label[i] > '9')
			return ERR_SYNTAX;
		value = value * 10 + (unsigned)(label[i] - '0');
	}
	*ret = value;
	return value <= 255 ? ERR_OK : ERR_SYNTAX;
}

int reverse_to_prefix(struct name name, struct ip_prefix *ret)
{
	enum family family;
	unsigned labels;
	if (!reverse_is_name(name, &family, &labels))
		return ERR_MISMATCH;
	if (labels > reverse_labels(family))
		return ERR_RANGE;
	struct ip_addr addr = {.family = family};
	const uint8_t *label = name.wire;
	for (unsigned index = labels; index > 0; index--, label += 1 + label[0]) {
		unsigned value;
		int rc = family == FAMILY_IPV6 ? nibble_read(label, &value) : octet_read(label, &value);
		if (rc != ERR_OK)
			return rc;
		unsigned place = index - 1;
		if (family == FAMILY_IPV4)
			addr.bytes[place] = (uint8_t)value;
		else
			addr.bytes[place / 2] |= (uint8_t)(place % 2 == 0 ? value << 4 : value);
	}
	*ret = (struct ip_prefix){.addr = addr, .length = (uint8_t)(labels * label_bits(family))};
	return ERR_OK;
}
