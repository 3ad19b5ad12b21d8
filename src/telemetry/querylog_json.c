/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The JSON line. At 150,000 answers a second each hundred nanoseconds here are 1.5 % of a core, so characters are put
 * where there is room for them for certain, what lines share is made once, and only what is rare goes through the JSON
 * writer.
 */
#include "telemetry/querylog.h"

#include "dns/ede.h"
#include "dns/header.h"
#include "dns/name.h"
#include "dns/rrtype.h"

#include <stdio.h>

/* Of all that is put: keys and constant texts, numbers, three addresses, a name of \DDD, each with its \ escaped. */
#define FIXED_MAX 4096

#define PUT(at, literal) put(at, "" literal, sizeof(literal) - 1)

static inline char *put(char *at, const char *text, size_t size)
{
	memcpy(at, text, size);
	return at + size;
}

/* Words have few letters: a call costs more than they do. */
static inline char *put_word(char *at, const char *word)
{
	while (*word != '\0')
		*at++ = *word++;
	return at;
}

static inline unsigned digit_count(uint32_t number)
{
	unsigned count = 1;
	for (uint32_t least = 10; count < 10 && number >= least; least *= 10)
		count++;
	return count;
}

static inline char *put_number(char *at, uint32_t number)
{
	static const char pairs[] =
		"0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
		"5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
	char *end = at + digit_count(number), *to = end;
	for (; number >= 100; number /= 100)
		memcpy(to -= 2, pairs + 2 * (number % 100), 2);
	if (number >= 10)
		memcpy(to - 2, pairs + 2 * number, 2);
	else
		to[-1] = (char)('0' + number);
	return end;
}

/* No branch: half of them would be guessed wrong. */
static inline char *put_bool(char *at, bool is_so)
{
	static const char words[2][8] = {"false", "true"};
	memcpy(at, words[is_so], sizeof(words[0]));
	return at + 5 - is_so;
}

/* The stamps of one second differ in their last six digits. */
static char *put_stamp(char *at, uint64_t wall_us, struct querylog_cache *cache)
{
	uint64_t second = wall_us / 1000000;
	if (second != cache->second || cache->stamp[0] == '\0') {
		clock_text(wall_us, cache->stamp);
		cache->second = second;
	}
	at = put(at, cache->stamp, sizeof("2026-11-22T03:26:45.") - 1);
	uint32_t rest = (uint32_t)(wall_us % 1000000);
	for (uint32_t unit = 100000; unit > 0; rest %= unit, unit /= 10)
		*at++ = (char)('0' + rest / unit);
	*at++ = 'Z';
	return at;
}

static char *put_server(char *at, const struct ip_addr *server, struct querylog_cache *cache)
{
	if (cache->server_size == 0 || !ip_addr_equal(server, &cache->server)) {
		cache->server_size = ip_addr_to_text(server, cache->server_text);
		cache->server = *server;
	}
	return put(at, cache->server_text, cache->server_size);
}

/* Neither a master file nor JSON escapes them. */
static const bool is_plain[256] = {
	['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['-'] = true, ['_'] = true};

static char *put_strange_name(char *at, const uint8_t *qname)
{
	char text[NAME_TEXT_MAX];
	name_to_text(name_of(qname), text);
	for (const char *from = text; *from != '\0'; from++) {
		if (*from == '\\' || *from == '"')
			*at++ = '\\';
		*at++ = *from;
	}
	return at;
}

static char *put_name(char *at, const uint8_t *qname)
{
	char *start = at;
	bool is_strange = false;
	if (*qname == 0)
		*at++ = '.';
	for (const uint8_t *label = qname; *label != 0; label += 1 + *label) {
		for (unsigned i = 1; i <= *label; i++) {
			is_strange |= !is_plain[label[i]];
			*at++ = (char)label[i];
		}
		*at++ = '.';
	}
	return is_strange ? put_strange_name(start, qname) : at;
}

static char *put_question(char *at, const struct query_event *event)
{
	char text[RRTYPE_TEXT_MAX];
	if (event->qname == NULL)
		return PUT(at, ",\"qname\":null,\"qtype\":null,\"qclass\":null");
	at = PUT(at, ",\"qname\":\"");
	at = put_name(at, event->qname);
	at = PUT(at, "\",\"qtype\":\"");
	rrtype_to_text(event->qtype, text);
	at = put_word(at, text);
	if (event->qclass == CLASS_IN)
		return PUT(at, "\",\"qclass\":\"IN\"");
	at = PUT(at, "\",\"qclass\":\"");
	rrclass_to_text(event->qclass, text);
	at = put_word(at, text);
	*at++ = '"';
	return at;
}

static char *put_ends(char *at, const struct query_event *event, struct querylog_cache *cache)
{
	at += ip_addr_to_text(&event->client.addr, at);
	at = PUT(at, "\",\"cport\":");
	at = put_number(at, event->client.port);
	at = PUT(at, ",\"server\":\"");
	at = put_server(at, &event->server, cache);
	at = PUT(at, "\",\"family\":\"");
	at = put_word(at, family_text(event->client.addr.family));
	at = PUT(at, "\",\"transport\":\"");
	at = put_word(at, transport_text(event->transport));
	at = PUT(at, "\",\"id\":");
	return put_number(at, event->id);
}

static char *put_flags(char *at, const struct query_event *event)
{
	char text[HEADER_TEXT_MAX];
	if (event->opcode != OPCODE_QUERY) {
		opcode_to_text(event->opcode, text);
		at = PUT(at, ",\"opcode\":\"");
		at = put_word(at, text);
		*at++ = '"';
	}
	at = PUT(at, ",\"rd\":");
	at = put_bool(at, event->is_rd);
	at = PUT(at, ",\"do\":");
	at = put_bool(at, event->is_do);
	at = PUT(at, ",\"cd\":");
	at = put_bool(at, event->is_cd);
	at = PUT(at, ",\"edns\":");
	return put_number(at, event->edns_size);
}

static char *put_answer(char *at, bool is_resolver, const struct query_event *event)
{
	char text[HEADER_TEXT_MAX];
	if (event->rcode == RCODE_NOERROR) {
		at = PUT(at, ",\"rcode\":\"NOERROR\",\"aa\":");
	} else {
		rcode_to_text(event->rcode, text);
		at = PUT(at, ",\"rcode\":\"");
		at = put_word(at, text);
		at = PUT(at, "\",\"aa\":");
	}
	at = put_bool(at, event->is_aa);
	at = PUT(at, ",\"tc\":");
	at = put_bool(at, event->is_tc);
	if (is_resolver) {
		at = PUT(at, ",\"ad\":");
		at = put_bool(at, event->is_ad);
	}
	at = PUT(at, ",\"an\":");
	at = put_number(at, event->answer_count);
	if (!is_resolver && event->answer_count > 0) {
		at = PUT(at, ",\"ttl\":");
		at = put_number(at, event->ttl_s);
	}
	at = PUT(at, ",\"size\":");
	at = put_number(at, event->size);
	at = PUT(at, ",\"us\":");
	return put_number(at, event->duration_us);
}

static char *put_extras(char *at, const struct query_event *event)
{
	if (event->has_cookie)
		at = event->is_cookie_valid ? PUT(at, ",\"cookie\":\"valid\"") : PUT(at, ",\"cookie\":\"new\"");
	if (event->has_tsig)
		at = PUT(at, ",\"tsig\":true");
	return at;
}

/* Where a resolver's answer came from. */
static char *put_resolution(char *at, const struct query_event *event)
{
	if (event->cache != CACHE_USE_NONE) {
		at = PUT(at, ",\"cache\":\"");
		at = put_word(at, cache_use_text(event->cache));
		at = PUT(at, "\",\"val\":\"");
		at = put_word(at, security_value_text(event->security));
		*at++ = '"';
	}
	if (event->upstream.port != 0) {
		at = PUT(at, ",\"up_server\":\"");
		at += ip_addr_to_text(&event->upstream.addr, at);
		*at++ = '@';
		at = put_number(at, event->upstream.port);
		*at++ = '"';
	}
	if (event->upstream.port != 0 && !event->is_upstream_failed) {
		at = PUT(at, ",\"up_family\":\"");
		at = put_word(at, family_text(event->upstream.addr.family));
		*at++ = '"';
	}
	return at;
}

/* How the servers were asked. */
static void asking_add(struct json_writer *json, const struct query_event *event)
{
	json_number(json, "up_tries", event->upstream_count);
	json_begin_array(json, "up_tried");
	for (int family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (event->upstream_tried & 1u << family)
			json_text(json, NULL, family_text((enum family)family));
	}
	json_end_array(json);
	json_number(json, "up_us", event->upstream_us);
	json_number(json, "up_timeouts", event->upstream_timeouts);
	if (event->upstream_turns == 0)
		return;
	json_begin_array(json, "up_turns");
	for (unsigned bit = 0; bit < TURN_COUNT; bit++) {
		if (event->upstream_turns & 1u << bit)
			json_text(json, NULL, upstream_turn_text(bit));
	}
	json_end_array(json);
}

/* What few lines have, and what may be of any length. */
static void rare_add(struct json_writer *json, bool is_resolver, const struct query_event *event)
{
	if (event->ede >= 0) {
		json_number(json, "ede", event->ede);
		json_text(json, "ede_text", ede_text((uint16_t)event->ede));
	}
	if (!is_resolver)
		return;
	if (event->origin == AAAA_DNS64 && event->dns64_prefix.length > 0) {
		char prefix[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&event->dns64_prefix, prefix);
		json_text(json, "dns64_prefix", prefix);
	}
	if (event->upstream_count > 0)
		asking_add(json, event);
	if (event->reason.size > 0) {
		char reason[QUERYLOG_REASON_MAX + 1];
		snprintf(reason, sizeof(reason), "%.*s", (int)event->reason.size, (const char *)event->reason.data);
		json_text(json, "reason", reason);
	}
}

/* From behind the stamp to the client: what all lines of a source share. */
static void source_add(const struct querylog_source *source, struct text *out)
{
	struct json_writer json = {.out = out};
	text_add(out, "\",\"ev\":\"reply\",");
	if (source->node != NULL)
		json_text(&json, "node", source->node);
	json_text(&json, "service", source->service);
	json_text(&json, "role", source->role);
	if (source->stream != NULL)
		json_text(&json, "stream", source->stream);
	text_add(out, ",\"client\":\"");
}

static const struct text *source_text(const struct querylog_source *source, struct querylog_cache *cache)
{
	struct querylog_row *row = &cache->sources[((uintptr_t)source / sizeof(*source)) % QUERYLOG_SOURCES];
	if (row->source == source)
		return &row->text;
	text_clear(&row->text);
	source_add(source, &row->text);
	row->source = source;
	return &row->text;
}

void querylog_cache_free(struct querylog_cache *cache)
{
	for (size_t i = 0; i < QUERYLOG_SOURCES; i++)
		text_free(&cache->sources[i].text);
}

void querylog_json_cached(struct querylog_cache *cache, const struct querylog_source *source,
			  const struct query_event *event, struct text *out)
{
	const struct text *shared = source_text(source, cache);
	if (shared->is_failed || !text_reserve(out, FIXED_MAX + shared->size))
		return;
	char *at = out->data + out->size;
	at = PUT(at, "{\"v\":1,\"ts\":\"");
	at = put_stamp(at, event->wall_us, cache);
	at = put(at, shared->data, shared->size);
	at = put_ends(at, event, cache);
	at = put_question(at, event);
	at = put_flags(at, event);
	at = put_answer(at, source->is_resolver, event);
	at = put_extras(at, event);
	if (source->is_resolver)
		at = put_resolution(at, event);
	at = PUT(at, ",\"aaaa\":\"");
	at = put_word(at, aaaa_origin_text(query_event_origin(event, source->is_resolver)));
	*at++ = '"';
	*at = '\0';
	out->size = (size_t)(at - out->data);
	struct json_writer json = {.out = out, .needs_comma = true};
	rare_add(&json, source->is_resolver, event);
	text_add_size(out, "}\n", 2);
}

void querylog_json(const struct querylog_source *source, const struct query_event *event, struct text *out)
{
	struct querylog_cache cache = {0};
	querylog_json_cached(&cache, source, event, out);
	querylog_cache_free(&cache);
}
