/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/anchor_state.h"

#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "dnssec/records.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/*
 *   zone .
 *   next 1800000000 172800 1209600            the next question, TTL, time of the signature
 *   key valid 1790000000 0 257 3 8 AwEAAa...  state, since, until, DNSKEY
 *
 * No zone file: read as one, a key that is only pending would be trusted.
 */

static const char *const state_texts[ANCHOR_STATE_COUNT] = {[ANCHOR_ADDPEND] = "addpend",
                                                            [ANCHOR_VALID] = "valid",
                                                            [ANCHOR_MISSING] = "missing",
                                                            [ANCHOR_REVOKED] = "revoked",
                                                            [ANCHOR_REMOVED] = "removed"};

const char *anchor_state_text(enum anchor_state state)
{
	return state_texts[state];
}

void anchor_upkeep_write(const struct anchor_upkeep *upkeep, struct text *out)
{
	char owner[NAME_TEXT_MAX];
	name_to_text(upkeep->owner, owner);
	text_addf(out, "; Trust anchors kept by RFC 5011. What is changed here by hand is believed.\nzone %s\n", owner);
	text_addf(out, "next %" PRIu64 " %u %u\n", upkeep->next_s, upkeep->ttl_s, upkeep->signature_s);
	for (size_t i = 0; i < upkeep->count; i++) {
		const struct anchor_key *key = &upkeep->keys[i];
		text_addf(out, "key %s %" PRIu64 " %" PRIu64 " ", state_texts[key->state], key->since_s, key->until_s);
		rdata_to_text(RR_DNSKEY, key->rdata, out);
		text_addf(out, " ; tag %u\n", key->tag);
	}
}

/* --- Back --- */

#define WORDS_MAX 64

static size_t words_take(struct span line, struct rdata_token *words)
{
	size_t count = 0, at = 0;
	while (at < line.size && line.data[at] != ';' && count < WORDS_MAX) {
		size_t start = at;
		while (at < line.size && line.data[at] > ' ' && line.data[at] != ';')
			at++;
		if (at > start)
			words[count++] = (struct rdata_token){.text = span_of(line.data + start, at - start)};
		else
			at++;
	}
	return count;
}

static int number_read(struct span text, uint64_t most, uint64_t *ret)
{
	uint64_t number = 0;
	if (text.size == 0 || text.size > 18)
		return ERR_SYNTAX;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return ERR_SYNTAX;
		number = number * 10 + (text.data[i] - '0');
	}
	if (number > most)
		return ERR_RANGE;
	*ret = number;
	return ERR_OK;
}

static int zone_read(struct anchor_upkeep *upkeep, const struct rdata_token *words, size_t count)
{
	struct name_buffer buffer;
	struct name owner;
	if (count != 2 || name_from_text(words[1].text, name_root, &buffer, &owner, NULL) != ERR_OK)
		return ERR_SYNTAX;
	return name_equal(owner, upkeep->owner) ? ERR_OK : ERR_MISMATCH;
}

static int next_read(struct anchor_upkeep *upkeep, const struct rdata_token *words, size_t count)
{
	uint64_t ttl_s, signature_s;
	if (count != 4 || number_read(words[1].text, UINT64_MAX, &upkeep->next_s) != ERR_OK ||
	    number_read(words[2].text, UINT32_MAX, &ttl_s) != ERR_OK ||
	    number_read(words[3].text, UINT32_MAX, &signature_s) != ERR_OK)
		return ERR_SYNTAX;
	upkeep->ttl_s = (uint32_t)ttl_s;
	upkeep->signature_s = (uint32_t)signature_s;
	return ERR_OK;
}

static int key_read(struct anchor_upkeep *upkeep, const struct rdata_token *words, size_t count)
{
	uint8_t rdata[4096];
	struct writer out = writer_of(rdata, sizeof(rdata));
	struct rdata_error error;
	struct dnskey read;
	uint64_t since_s, until_s;
	unsigned state = 0;
	if (count < 8 || count == WORDS_MAX)
		return ERR_SYNTAX;
	while (state < ANCHOR_STATE_COUNT && !span_equal(words[1].text, span_text(state_texts[state])))
		state++;
	if (state == ANCHOR_STATE_COUNT || number_read(words[2].text, UINT64_MAX, &since_s) != ERR_OK ||
	    number_read(words[3].text, UINT64_MAX, &until_s) != ERR_OK ||
	    rdata_from_text(RR_DNSKEY, words + 4, count - 4, name_root, &out, &error) != ERR_OK || out.is_full ||
	    !dnskey_read(writer_span(&out), &read))
		return ERR_SYNTAX;
	struct anchor_key *key = anchor_key_add(upkeep, state, read.rdata);
	if (key == NULL)
		return upkeep->count == ANCHOR_KEYS_MAX ? ERR_LIMIT : -ENOMEM;
	key->since_s = since_s;
	key->until_s = until_s;
	return ERR_OK;
}

static int line_read(struct anchor_upkeep *upkeep, struct span line, bool *has_zone)
{
	static const struct {
		const char *word;
		int (*read)(struct anchor_upkeep *upkeep, const struct rdata_token *words, size_t count);
	} rows[] = {{"zone", zone_read}, {"next", next_read}, {"key", key_read}};
	struct rdata_token words[WORDS_MAX];
	size_t count = words_take(line, words);
	if (count == 0)
		return ERR_OK;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!span_equal(words[0].text, span_text(rows[i].word)))
			continue;
		/* The zone comes first: what follows is believed for it. */
		if (*has_zone == (rows[i].read == zone_read))
			return ERR_SYNTAX;
		*has_zone = true;
		return rows[i].read(upkeep, words, count);
	}
	return ERR_SYNTAX;
}

static void keys_drop(struct anchor_upkeep *upkeep)
{
	while (upkeep->count > 0)
		anchor_key_drop(upkeep, upkeep->count - 1);
}

int anchor_upkeep_read(struct anchor_upkeep *upkeep, struct span text, size_t *ret_line)
{
	struct anchor_upkeep *read = calloc(1, sizeof(*read));
	bool has_zone = false;
	int err = read != NULL ? ERR_OK : -ENOMEM;
	size_t line = 0;
	if (err == ERR_OK)
		read->owner = upkeep->owner;
	while (err == ERR_OK && text.size > 0) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		size_t size = end != NULL ? (size_t)(end - text.data) : text.size;
		line++;
		err = line_read(read, span_of(text.data, size), &has_zone);
		size += end != NULL;
		text = span_of(text.data + size, text.size - size);
	}
	if (err == ERR_OK && !has_zone)
		err = ERR_SYNTAX; /* an empty file says nothing, not even that nothing is trusted */
	*ret_line = line;
	if (err != ERR_OK) {
		if (read != NULL)
			keys_drop(read);
		free(read);
		return err;
	}
	keys_drop(upkeep);
	memcpy(upkeep->keys, read->keys, sizeof(upkeep->keys));
	upkeep->count = read->count;
	upkeep->next_s = read->next_s;
	upkeep->ttl_s = read->ttl_s;
	upkeep->signature_s = read->signature_s;
	free(read);
	return ERR_OK;
}
