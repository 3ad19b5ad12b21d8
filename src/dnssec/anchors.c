/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/anchors.h"

#include "dns/rdata.h"
#include "dnssec/records.h"

#include <errno.h>
#include <stdlib.h>

struct entry {
	struct anchor anchor;
	struct name_buffer buffer;
	struct rrset *sets[2]; /* DS, DNSKEY: grown by one record at a time */
	bool is_negative;
};

struct anchors {
	struct entry **all;
	size_t count;
};

struct anchors *anchors_new(void)
{
	return calloc(1, sizeof(struct anchors));
}

void anchors_free(struct anchors *anchors)
{
	if (anchors == NULL)
		return;
	for (size_t i = 0; i < anchors->count; i++) {
		free(anchors->all[i]->sets[0]);
		free(anchors->all[i]->sets[1]);
		free(anchors->all[i]);
	}
	free(anchors->all);
	free(anchors);
}

static struct entry *entry_at(const struct anchors *anchors, struct name owner, bool is_negative)
{
	for (size_t i = 0; i < anchors->count; i++) {
		struct entry *entry = anchors->all[i];
		if (entry->is_negative == is_negative && name_equal(entry->anchor.owner, owner))
			return entry;
	}
	return NULL;
}

static int entry_get(struct anchors *anchors, struct name owner, bool is_negative, struct entry **ret)
{
	*ret = entry_at(anchors, owner, is_negative);
	if (*ret != NULL)
		return ERR_OK;
	struct entry **all = realloc(anchors->all, (anchors->count + 1) * sizeof(all[0]));
	struct entry *entry = calloc(1, sizeof(*entry));
	if (all != NULL)
		anchors->all = all;
	if (all == NULL || entry == NULL) {
		free(entry);
		return -ENOMEM;
	}
	entry->anchor.owner = name_copy(owner, &entry->buffer);
	entry->is_negative = is_negative;
	anchors->all[anchors->count++] = entry;
	*ret = entry;
	return ERR_OK;
}

static bool has_record(const struct rrset *rrset, struct span rdata)
{
	size_t position = 0;
	struct span known;
	while (rrset != NULL && rrset_next(rrset, &position, &known)) {
		if (span_equal(known, rdata))
			return true;
	}
	return false;
}

static int record_add(struct rrset **rrset, uint16_t type, struct span rdata)
{
	size_t size = *rrset != NULL ? (*rrset)->size : 0;
	if (has_record(*rrset, rdata))
		return ERR_OK;
	struct rrset *grown = realloc(*rrset, sizeof(*grown) + size + RRSET_RECORD_HEADER + rdata.size);
	if (grown == NULL)
		return -ENOMEM;
	if (*rrset == NULL)
		*grown = (struct rrset){.type = type};
	*rrset = grown;
	uint8_t *at = grown->records + size;
	store_u16(at, type);
	store_u16(at + 2, CLASS_IN);
	store_u32(at + 4, 0);
	store_u16(at + 8, (uint16_t)rdata.size);
	memcpy(at + RRSET_RECORD_HEADER, rdata.data, rdata.size);
	grown->count++;
	grown->size += (uint32_t)(RRSET_RECORD_HEADER + rdata.size);
	return ERR_OK;
}

int anchors_add(struct anchors *anchors, struct name owner, uint16_t type, struct span rdata)
{
	struct entry *entry;
	if (type != RR_DS && type != RR_DNSKEY)
		return ERR_UNSUPPORTED;
	if (rdata_check(type, rdata) != ERR_OK)
		return ERR_SYNTAX;
	int err = entry_get(anchors, owner, false, &entry);
	if (err != ERR_OK)
		return err;
	unsigned index = type == RR_DNSKEY;
	err = record_add(&entry->sets[index], type, rdata);
	entry->anchor.ds = entry->sets[0];
	entry->anchor.dnskey = entry->sets[1];
	return err;
}

int anchors_add_negative(struct anchors *anchors, struct name owner)
{
	struct entry *entry;
	return entry_get(anchors, owner, true, &entry);
}

/* --- Text --- */

#define TOKENS_MAX 64

/* The words of a line or of lines in parentheses. */
static size_t tokens_take(struct span text, struct rdata_token *tokens)
{
	size_t count = 0, at = 0;
	while (at < text.size && count < TOKENS_MAX) {
		uint8_t octet = text.data[at];
		if (octet == ';') {
			while (at < text.size && text.data[at] != '\n')
				at++;
			continue;
		}
		if (octet <= ' ' || octet == '(' || octet == ')' || octet == '"') {
			at++;
			continue;
		}
		size_t start = at;
		while (at < text.size && text.data[at] > ' ' && strchr("();\"", text.data[at]) == NULL)
			at++;
		tokens[count++] = (struct rdata_token){.text = span_of(text.data + start, at - start)};
	}
	return count;
}

static bool is_skipped(struct span token)
{
	uint16_t class;
	uint32_t ttl;
	return rdata_ttl_from_text(token, &ttl) == ERR_OK || rrclass_from_text(token, &class) == ERR_OK;
}

int anchors_add_text(struct anchors *anchors, struct span line)
{
	struct rdata_token tokens[TOKENS_MAX];
	struct name_buffer buffer;
	struct name owner;
	uint16_t type;
	uint8_t rdata[4096];
	struct writer out = writer_of(rdata, sizeof(rdata));
	struct rdata_error error;
	size_t count = tokens_take(line, tokens), at = 1;
	if (count < 2 || count == TOKENS_MAX ||
	    name_from_text(tokens[0].text, name_root, &buffer, &owner, NULL) != ERR_OK)
		return ERR_SYNTAX;
	while (at < count && at < 3 && is_skipped(tokens[at].text))
		at++;
	if (at == count || rrtype_from_text(tokens[at].text, &type) != ERR_OK)
		return ERR_SYNTAX;
	if (type != RR_DS && type != RR_DNSKEY)
		return ERR_UNSUPPORTED;
	if (rdata_from_text(type, tokens + at + 1, count - at - 1, name_root, &out, &error) != ERR_OK || out.is_full)
		return ERR_SYNTAX;
	return anchors_add(anchors, owner, type, writer_span(&out));
}

/* The end of a record: the end of the line outside parentheses and comments. */
static size_t record_end(struct span text, size_t at)
{
	unsigned depth = 0;
	bool is_comment = false;
	for (; at < text.size; at++) {
		uint8_t octet = text.data[at];
		if (octet == '\n') {
			is_comment = false;
			if (depth == 0)
				return at;
		} else if (octet == ';')
			is_comment = true;
		else if (!is_comment && octet == '(')
			depth++;
		else if (!is_comment && octet == ')' && depth > 0)
			depth--;
	}
	return at;
}

int anchors_add_file_text(struct anchors *anchors, struct span text, size_t *ret_line)
{
	size_t line = 1;
	for (size_t at = 0; at < text.size;) {
		struct rdata_token tokens[TOKENS_MAX];
		size_t end = record_end(text, at);
		struct span record = span_of(text.data + at, end - at);
		int err = ERR_OK;
		if (tokens_take(record, tokens) > 0)
			err = anchors_add_text(anchors, record);
		if (err != ERR_OK) {
			*ret_line = line;
			return err;
		}
		for (; at <= end && at < text.size; at++)
			line += text.data[at] == '\n';
	}
	return ERR_OK;
}

/* --- Finding --- */

const struct anchor *anchors_find(const struct anchors *anchors, struct name name, bool *ret_is_negative)
{
	const struct entry *best = NULL;
	*ret_is_negative = false;
	for (size_t i = 0; anchors != NULL && i < anchors->count; i++) {
		const struct entry *entry = anchors->all[i];
		if (!name_is_at_or_below(name, entry->anchor.owner))
			continue;
		/* RFC 7646 2: of an anchor and a negative one at the same name the negative one counts. */
		if (best == NULL || entry->anchor.owner.labels > best->anchor.owner.labels ||
		    (entry->anchor.owner.labels == best->anchor.owner.labels && entry->is_negative))
			best = entry;
	}
	if (best == NULL)
		return NULL;
	*ret_is_negative = best->is_negative;
	return best->is_negative ? NULL : &best->anchor;
}

const struct anchor *anchors_at(const struct anchors *anchors, size_t index)
{
	for (size_t i = 0; i < anchors->count; i++) {
		if (anchors->all[i]->is_negative)
			continue;
		if (index-- == 0)
			return &anchors->all[i]->anchor;
	}
	return NULL;
}
