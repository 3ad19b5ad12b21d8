/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/line_json.h"

#include "signals/line_read.h"
#include "signals/words.h"

bool json_word(json_t *line, const char *key, struct span *ret)
{
	const json_t *value = json_object_get(line, key);
	if (!json_is_string(value))
		return false;
	*ret = span_of(json_string_value(value), json_string_length(value));
	return true;
}

static void stamp_read(struct event *event, struct span text, const struct stamp_clock *clock)
{
	struct stamp stamp;
	if (stamp_take(&text, clock, &stamp) && text.size == 0)
		line_set_time(event, &stamp);
}

static void cache_read(struct event *event, struct span word)
{
	for (unsigned i = 0; i < CACHE_USE_COUNT; i++) {
		if (word_is(word, span_text(cache_use_text((enum cache_use)i)))) {
			event->cache = (enum cache_use)i;
			event->known |= EVENT_HAS_CACHE;
		}
	}
}

static void security_read(struct event *event, struct span word)
{
	for (uint8_t i = 0; i < SECURITY_COUNT; i++) {
		if (word_is(word, span_text(security_value_text(i)))) {
			event->security = i;
			event->known |= EVENT_HAS_SECURITY;
		}
	}
}

static void origin_read(struct event *event, struct span word)
{
	for (unsigned i = 0; i < AAAA_ORIGIN_COUNT; i++) {
		if (word_is(word, span_text(aaaa_origin_text((enum aaaa_origin)i)))) {
			event->origin = (enum aaaa_origin)i;
			event->known |= EVENT_HAS_ORIGIN;
		}
	}
}

static void upstream_read(struct event *event, struct span word)
{
	struct span address = word;
	uint64_t port;
	if (!word_take_until(&word, '@', &address)) {
		event_set_upstream(event, word);
		return;
	}
	if (word_number(word, UINT16_MAX, &port) && event_set_upstream(event, address)) {
		event->upstream.port = (uint16_t)port;
		event->known |= EVENT_HAS_UPSTREAM_PORT;
	}
}

static void answered_read(struct event *event, struct span word)
{
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		if (word_is(word, span_text(family_text((enum family)i)))) {
			event->up_answered = (enum family)i;
			event->known |= EVENT_HAS_UP_ANSWERED;
		}
	}
}

static void probe_read(struct event *event, struct span word)
{
	for (uint8_t i = 0; i < PROBE_STATE_COUNT; i++) {
		if (!word_is(word, span_text(probe_state_text((enum probe_state)i))))
			continue;
		event->probe = i;
		event->known |= EVENT_HAS_PROBE;
	}
}

static void word_set(enum json_field field, struct span word, const struct stamp_clock *clock, struct event *event)
{
	switch (field) {
	case JSON_STAMP:
		stamp_read(event, word, clock);
		break;
	case JSON_CLIENT:
		event_set_client(event, word);
		break;
	case JSON_SERVER:
		event_set_server(event, word);
		break;
	case JSON_QNAME:
		event_set_qname(event, word);
		break;
	case JSON_QTYPE:
		event_set_qtype(event, word);
		break;
	case JSON_QCLASS:
		event_set_qclass(event, word);
		break;
	case JSON_RCODE:
		event_set_rcode(event, word);
		break;
	case JSON_TRANSPORT:
		event_set_transport(event, word);
		break;
	case JSON_CACHE:
		cache_read(event, word);
		break;
	case JSON_SECURITY:
		security_read(event, word);
		break;
	case JSON_ORIGIN:
		origin_read(event, word);
		break;
	case JSON_UPSTREAM:
		upstream_read(event, word);
		break;
	case JSON_UP_ANSWERED:
		answered_read(event, word);
		break;
	case JSON_PROBE:
		probe_read(event, word);
		break;
	case JSON_REASON:
		event_set_reason(event, word);
		break;
	case JSON_SERVICE:
		event_set_service(event, word);
		break;
	default:
		break;
	}
}

/* Numbers: where they go, how large they may be. */
static const struct {
	enum json_field field;
	uint32_t known;
	size_t offset;
	uint8_t size; /* octets of the field */
	uint32_t most;
} numbers[] = {
	{JSON_ID, EVENT_HAS_ID, offsetof(struct event, id), 2, UINT16_MAX},
	{JSON_EDNS_SIZE, EVENT_HAS_EDNS_SIZE, offsetof(struct event, edns_size), 2, UINT16_MAX},
	{JSON_ANSWERS, EVENT_HAS_ANSWERS, offsetof(struct event, answers), 2, UINT16_MAX},
	{JSON_EDE, EVENT_HAS_EDE, offsetof(struct event, ede), 2, UINT16_MAX},
	{JSON_UPSTREAM_TRIES, EVENT_HAS_UPSTREAM_TRIES, offsetof(struct event, upstream_tries), 2, UINT16_MAX},
	{JSON_UPSTREAM_PORT, EVENT_HAS_UPSTREAM_PORT, offsetof(struct event, upstream.port), 2, UINT16_MAX},
	{JSON_CLIENT_PORT, EVENT_HAS_CLIENT_PORT, offsetof(struct event, client.port), 2, UINT16_MAX},
	{JSON_SIZE, EVENT_HAS_SIZE, offsetof(struct event, size), 4, UINT32_MAX},
	{JSON_DURATION_US, EVENT_HAS_DURATION, offsetof(struct event, duration_us), 4, UINT32_MAX},
	{JSON_UP_TIME_US, EVENT_HAS_UP_TIME, offsetof(struct event, up_us), 4, UINT32_MAX},
	{JSON_TTL_LEFT, EVENT_HAS_TTL_LEFT, offsetof(struct event, ttl_left_s), 4, UINT32_MAX},
	{JSON_TTL, EVENT_HAS_TTL, offsetof(struct event, ttl_s), 4, UINT32_MAX},
};

static void number_set(enum json_field field, uint64_t number, struct event *event)
{
	if (field == JSON_DURATION_MS && number <= UINT32_MAX)
		event_set_duration(event, number * 1000);
	if (field == JSON_QTYPE && number <= UINT16_MAX) {
		event->qtype = (uint16_t)number;
		event->known |= EVENT_HAS_QTYPE;
	}
	if (field == JSON_RCODE && number <= 4095)
		event_set_rcode_number(event, (uint16_t)number);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (numbers[i].field != field || number > numbers[i].most)
			continue;
		uint16_t short_number = (uint16_t)number;
		uint32_t long_number = (uint32_t)number;
		memcpy((uint8_t *)event + numbers[i].offset,
		       numbers[i].size == 2 ? (const void *)&short_number : &long_number, numbers[i].size);
		event->known |= numbers[i].known;
		if (field == JSON_EDNS_SIZE)
			event_set_flag(event, EVENT_EDNS, number > 0);
	}
}

static void bool_set(enum json_field field, bool is_true, struct event *event)
{
	static const struct {
		enum json_field field;
		enum event_flag flag;
	} flags[] = {{JSON_RD, EVENT_RD},     {JSON_DO, EVENT_DO},        {JSON_CD, EVENT_CD}, {JSON_AA, EVENT_AA},
		     {JSON_TC, EVENT_TC},     {JSON_AD, EVENT_AD},        {JSON_RA, EVENT_RA}, {JSON_TSIG, EVENT_TSIG},
		     {JSON_EDNS, EVENT_EDNS}, {JSON_COOKIE, EVENT_COOKIE}};
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (flags[i].field == field)
			event_set_flag(event, flags[i].flag, is_true);
	}
}

void json_rows_read(json_t *line, const struct json_row *rows, const struct stamp_clock *clock, struct event *event)
{
	for (; rows->key != NULL; rows++) {
		const json_t *value = json_object_get(line, rows->key);
		uint64_t number;
		if (json_is_string(value)) {
			struct span word = span_of(json_string_value(value), json_string_length(value));
			word_set(rows->field, word, clock, event);
			if (rows->field == JSON_CLIENT_PORT && word_number(word, UINT16_MAX, &number))
				number_set(rows->field, number, event);
		} else if (json_is_integer(value) && json_integer_value(value) >= 0) {
			number_set(rows->field, (uint64_t)json_integer_value(value), event);
		} else if (json_is_boolean(value)) {
			bool_set(rows->field, json_is_true(value), event);
		}
	}
}

static void envelope_set(struct envelope *envelope, const struct stamp *stamp)
{
	envelope->stamp = *stamp;
	envelope->has_stamp = true;
}

bool line_json_carried(json_t *line, const struct stamp_clock *clock, struct envelope *envelope, struct span *ret)
{
	struct span text, word;
	struct stamp stamp = {0};
	if (json_word(line, "MESSAGE", &text)) {
		if (json_word(line, "__REALTIME_TIMESTAMP", &word) && word_number(word, STAMP_LAST_US, &stamp.time_us))
			envelope_set(envelope, &stamp);
	} else if (json_word(line, "log", &text) && json_word(line, "stream", &word)) {
		if (json_word(line, "time", &word) && stamp_take(&word, clock, &stamp))
			envelope_set(envelope, &stamp);
	} else {
		return false;
	}
	while (text.size > 0 && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
		text.size--;
	*ret = text;
	return true;
}
