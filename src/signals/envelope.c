/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/envelope.h"

#include "signals/words.h"

#define LAYERS_MAX 6 /* colours, compose, a container's time, syslog; more is no log */

static bool is_name_character(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || char_is_digit(c) || c == '-' || c == '_' || c == '.';
}

static size_t name_size(struct span text, const char *more)
{
	size_t size = 0;
	while (size < text.size && (is_name_character(text.data[size]) ||
				    (text.data[size] != '\0' && strchr(more, text.data[size]) != NULL)))
		size++;
	return size;
}

/* "ns1 named[123]: " or "2001:db8::53 unbound: ": a host and a tag. */
static bool host_and_tag_take(struct span *from)
{
	struct span rest = *from, host, tag;
	if (!word_next(&rest, &host) || host.data[host.size - 1] == ':' || !word_next(&rest, &tag) ||
	    tag.data[tag.size - 1] != ':' || name_size(host, ":") != host.size)
		return false;
	tag.size--;
	size_t size = name_size(tag, "@");
	struct span pid = span_of(tag.data + size, tag.size - size);
	uint64_t number;
	if (size == 0)
		return false;
	if (pid.size > 0 && (!word_take_char(&pid, '[') || !word_take_number(&pid, UINT32_MAX, &number) ||
			     !word_take_char(&pid, ']') || pid.size > 0))
		return false;
	*from = rest;
	return true;
}

/* Structured data of RFC 5424 6.3: "-", or [id name="value" ...] with \" inside values. */
static bool structured_data_take(struct span *from)
{
	if (word_take(from, WORD("-")))
		return true;
	bool is_any = false, is_quoted = false;
	while (word_take_char(from, '[')) {
		size_t at = 0;
		for (; at < from->size && (is_quoted || from->data[at] != ']'); at++) {
			if (is_quoted && from->data[at] == '\\')
				at++;
			else if (from->data[at] == '"')
				is_quoted = !is_quoted;
		}
		if (at >= from->size)
			return false;
		word_skip(from, at + 1);
		is_any = true;
	}
	return is_any;
}

/* RFC 5424 6: "1 TIME HOST APP PROCID MSGID SD [BOM]MSG", behind the priority. */
static bool syslog_5424_take(struct span *from, const struct stamp_clock *clock, struct envelope *envelope)
{
	struct span rest = *from, word;
	if (!word_take(&rest, WORD("1 ")))
		return false;
	struct stamp stamp;
	bool has_stamp = stamp_take(&rest, clock, &stamp);
	if (!has_stamp && !word_take(&rest, WORD("- ")))
		return false;
	for (int i = 0; i < 4; i++) {
		if (!word_next(&rest, &word))
			return false;
	}
	if (!structured_data_take(&rest))
		return false;
	word_take_char(&rest, ' ');
	word_take(&rest, WORD("\xef\xbb\xbf"));
	if (has_stamp) {
		envelope->stamp = stamp;
		envelope->has_stamp = true;
	}
	*from = rest;
	return true;
}

/* "<30>", in front of either form of syslog. */
static bool priority_take(struct span *from, const struct stamp_clock *clock, struct envelope *envelope)
{
	struct span rest = *from;
	uint64_t priority;
	if (!word_take_char(&rest, '<') || !word_take_number(&rest, 191, &priority) || !word_take_char(&rest, '>'))
		return false;
	syslog_5424_take(&rest, clock, envelope);
	*from = rest;
	return true;
}

/* CRI, behind its time: "stdout F "; P marks a part of a long line. */
static bool cri_take(struct span *from)
{
	struct span rest = *from;
	if (!word_take(&rest, WORD("stdout ")) && !word_take(&rest, WORD("stderr ")))
		return false;
	if (!word_take(&rest, WORD("F ")) && !word_take(&rest, WORD("P ")))
		return false;
	*from = rest;
	return true;
}

/* A time alone is the server's own; a carrier's has something of the carrier behind it. */
static bool stamped_take(struct span *from, const struct stamp_clock *clock, struct envelope *envelope)
{
	struct span rest = *from;
	struct stamp stamp;
	if (!stamp_take(&rest, clock, &stamp) || (!cri_take(&rest) && !host_and_tag_take(&rest)))
		return false;
	envelope->stamp = stamp;
	envelope->has_stamp = true;
	*from = rest;
	return true;
}

/* journalctl -o short-monotonic: "[12345.678901] host tag[pid]: ": the time since the start says nothing here. */
static bool monotonic_take(struct span *from, const struct stamp_clock *clock, struct envelope *envelope)
{
	(void)clock, (void)envelope;
	struct span rest = *from;
	uint64_t us;
	if (!word_take_char(&rest, '['))
		return false;
	word_skip_blanks(&rest);
	if (!word_take_seconds(&rest, &us) || !word_take_char(&rest, ']') || !word_take_char(&rest, ' ') ||
	    !host_and_tag_take(&rest))
		return false;
	*from = rest;
	return true;
}

/* SGR sequences, which docker compose puts around names: ESC [ digits and ; m */
static bool colour_take(struct span *from, const struct stamp_clock *clock, struct envelope *envelope)
{
	(void)clock, (void)envelope;
	size_t at = 2;
	if (!word_starts(*from, WORD("\x1b[")))
		return false;
	while (at < from->size && (char_is_digit(from->data[at]) || from->data[at] == ';'))
		at++;
	if (at >= from->size || from->data[at] != 'm')
		return false;
	word_skip(from, at + 1);
	return true;
}

/* "coredns-1  | ", the name possibly coloured up to the bar. */
static bool compose_take(struct span *from, const struct stamp_clock *clock, struct envelope *envelope)
{
	struct span rest = *from;
	size_t size = name_size(rest, "");
	if (size == 0)
		return false;
	word_skip(&rest, size);
	word_skip_blanks(&rest);
	if (!word_take_char(&rest, '|'))
		return false;
	colour_take(&rest, clock, envelope);
	if (!word_take_char(&rest, ' '))
		return false;
	*from = rest;
	return true;
}

/* "[pod/coredns-5d78c9869d-abcde/coredns] " */
static bool kubectl_take(struct span *from, const struct stamp_clock *clock, struct envelope *envelope)
{
	(void)clock, (void)envelope;
	struct span rest = *from, name;
	if (!word_take(&rest, WORD("[pod/")) || !word_take_until(&rest, ']', &name) || !word_take_char(&rest, ' '))
		return false;
	*from = rest;
	return true;
}

static bool (*const carriers[])(struct span *, const struct stamp_clock *, struct envelope *) = {
	colour_take, priority_take, stamped_take, monotonic_take, compose_take, kubectl_take,
};

static bool layer_take(struct span *from, const struct stamp_clock *clock, struct envelope *envelope)
{
	for (size_t i = 0; i < sizeof(carriers) / sizeof(*carriers); i++) {
		if (carriers[i](from, clock, envelope))
			return true;
	}
	return false;
}

void envelope_open(struct span line, const struct stamp_clock *clock, struct envelope *ret)
{
	*ret = (struct envelope){.body = line};
	for (int i = 0; i < LAYERS_MAX && layer_take(&ret->body, clock, ret); i++)
		;
}
