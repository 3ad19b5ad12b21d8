/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/sentinel.h"

#include "dnssec/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define TAGS_MAX 16

/* The tags of the root's anchors. Returns how many, at most TAGS_MAX. */
static size_t root_tags(const struct anchors *anchors, uint16_t tags[TAGS_MAX])
{
	bool is_negative;
	const struct anchor *root = anchors_find(anchors, name_root, &is_negative);
	const struct rrset *const sets[] = {root != NULL ? root->ds : NULL, root != NULL ? root->dnskey : NULL};
	size_t count = 0;
	for (unsigned i = 0; i < 2; i++) {
		size_t position = 0;
		struct span rdata;
		while (sets[i] != NULL && count < TAGS_MAX && rrset_next(sets[i], &position, &rdata))
			tags[count++] = i == 0 ? load_u16(rdata.data) : dnskey_tag(rdata);
	}
	return count;
}

static bool is_trusted(const struct anchors *anchors, unsigned tag)
{
	uint16_t tags[TAGS_MAX];
	size_t count = root_tags(anchors, tags);
	for (size_t i = 0; i < count; i++) {
		if (tags[i] == tag)
			return true;
	}
	return false;
}

/* RFC 8509 2: exactly five digits behind the prefix. */
static bool tag_behind(struct name qname, const char *prefix, unsigned *ret_tag)
{
	size_t size = strlen(prefix);
	char digits[6] = "";
	if (qname.labels == 0 || qname.wire[0] != size + 5 ||
	    strncasecmp((const char *)qname.wire + 1, prefix, size) != 0)
		return false;
	memcpy(digits, qname.wire + 1 + size, 5);
	for (unsigned i = 0; i < 5; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
	}
	*ret_tag = (unsigned)strtoul(digits, NULL, 10);
	return *ret_tag <= UINT16_MAX;
}

bool sentinel_fails(const struct anchors *anchors, struct name qname)
{
	unsigned tag;
	if (tag_behind(qname, "root-key-sentinel-is-ta-", &tag))
		return !is_trusted(anchors, tag);
	return tag_behind(qname, "root-key-sentinel-not-ta-", &tag) && is_trusted(anchors, tag);
}

static int compare_tags(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

int sentinel_signal(const struct anchors *anchors, struct name_buffer *buffer, struct name *ret)
{
	uint16_t tags[TAGS_MAX];
	char text[4 + TAGS_MAX * 5 + 2] = "_ta";
	size_t count = root_tags(anchors, tags), size = 3;
	if (count == 0)
		return ERR_NOT_FOUND;
	qsort(tags, count, sizeof(tags[0]), compare_tags);
	for (size_t i = 0; i < count && size + 5 <= NAME_LABEL_MAX; i++) {
		if (i > 0 && tags[i] == tags[i - 1])
			continue;
		size += (size_t)snprintf(text + size, sizeof(text) - size, "-%04x", tags[i]);
	}
	return name_from_text(span_text(text), name_root, buffer, ret, NULL);
}
