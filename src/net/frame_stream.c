/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/frame_stream.h"

#include "base/writer.h"

#include <stdlib.h>

#define HEAD_SIZE 8     /* of a control frame: no data, the length */
#define FIELD_CONTENT 1 /* the one field there is */
#define CONTENT_MAX 256
#define ROOM_FIRST 4096
#define ROOM_MOST (FRAME_DATA_MAX + 4)

const char *frame_control_text(enum frame_control control)
{
	static const char *const texts[] = {"?", "ACCEPT", "START", "STOP", "READY", "FINISH"};
	return texts[control];
}

size_t frame_control_encode(enum frame_control control, uint8_t ret[FRAME_CONTROL_OCTETS])
{
	bool has_content = control != FRAME_CONTROL_STOP && control != FRAME_CONTROL_FINISH;
	uint32_t content = sizeof(FRAME_DNSTAP) - 1;
	struct writer out = writer_of(ret, FRAME_CONTROL_OCTETS);
	writer_u32(&out, 0);
	writer_u32(&out, has_content ? 12 + content : 4);
	writer_u32(&out, (uint32_t)control);
	if (has_content) {
		writer_u32(&out, FIELD_CONTENT);
		writer_u32(&out, content);
		writer_bytes(&out, FRAME_DNSTAP, content);
	}
	return out.size;
}

static bool is_dnstap(struct span content)
{
	return content.size == sizeof(FRAME_DNSTAP) - 1 && memcmp(content.data, FRAME_DNSTAP, content.size) == 0;
}

int frame_control_decode(struct span payload, enum frame_control *ret)
{
	uint32_t type, field, size;
	struct span content;
	bool has_content = false, is_fit = false;
	if (payload.size > FRAME_CONTROL_MAX || !span_take_u32(&payload, &type) || type < FRAME_CONTROL_ACCEPT ||
	    type > FRAME_CONTROL_FINISH)
		return ERR_SYNTAX;
	while (payload.size > 0) {
		if (!span_take_u32(&payload, &field) || field != FIELD_CONTENT || !span_take_u32(&payload, &size) ||
		    size > CONTENT_MAX || !span_take(&payload, size, &content))
			return ERR_SYNTAX;
		has_content = true;
		is_fit = is_fit || is_dnstap(content);
	}
	if (has_content && !is_fit)
		return ERR_UNSUPPORTED;
	*ret = (enum frame_control)type;
	return ERR_OK;
}

/* --- What a receiver knows of a sender --- */

enum peer_state { PEER_NEW, PEER_ACCEPTED, PEER_STARTED, PEER_ENDED, PEER_BROKEN };

struct frame_peer {
	enum peer_state state;
	bool is_answered; /* it said READY, so it listens */
	const char *trouble;
	uint8_t reply[FRAME_CONTROL_OCTETS];
	size_t reply_size;
	uint8_t *buffer;
	size_t start, end, capacity;
};

struct frame_peer *frame_peer_new(void)
{
	return calloc(1, sizeof(struct frame_peer));
}

void frame_peer_free(struct frame_peer *peer)
{
	if (peer == NULL)
		return;
	free(peer->buffer);
	free(peer);
}

/* Frames are taken as soon as they are whole, so a buffer of the largest frame never stays full. */
uint8_t *frame_peer_room(struct frame_peer *peer, size_t *ret_size)
{
	if (peer->start > 0) {
		memmove(peer->buffer, peer->buffer + peer->start, peer->end - peer->start);
		peer->end -= peer->start;
		peer->start = 0;
	}
	if (peer->end == peer->capacity) {
		size_t capacity = peer->capacity == 0 ? ROOM_FIRST : 2 * peer->capacity;
		if (capacity > ROOM_MOST)
			capacity = ROOM_MOST;
		uint8_t *buffer = capacity > peer->capacity ? realloc(peer->buffer, capacity) : NULL;
		if (buffer == NULL)
			return NULL;
		peer->buffer = buffer;
		peer->capacity = capacity;
	}
	*ret_size = peer->capacity - peer->end;
	return peer->buffer + peer->end;
}

void frame_peer_filled(struct frame_peer *peer, size_t size)
{
	peer->end += size;
}

static enum frame_next broken(struct frame_peer *peer, const char *why)
{
	peer->state = PEER_BROKEN;
	peer->trouble = why;
	return FRAME_BROKEN;
}

static void reply_set(struct frame_peer *peer, enum frame_control control)
{
	peer->reply_size = frame_control_encode(control, peer->reply);
}

static enum frame_next control_take(struct frame_peer *peer, struct span payload)
{
	enum frame_control control;
	int rc = frame_control_decode(payload, &control);
	if (rc == ERR_UNSUPPORTED)
		return broken(peer, "the stream carries something else than dnstap");
	if (rc != ERR_OK)
		return broken(peer, "a control frame that is none");
	if (peer->state == PEER_NEW && control == FRAME_CONTROL_READY) {
		peer->is_answered = true;
		peer->state = PEER_ACCEPTED;
		reply_set(peer, FRAME_CONTROL_ACCEPT);
		return FRAME_MORE;
	}
	if (peer->state <= PEER_ACCEPTED && control == FRAME_CONTROL_START) {
		peer->state = PEER_STARTED;
		return FRAME_MORE;
	}
	if (peer->state == PEER_STARTED && control == FRAME_CONTROL_STOP) {
		if (peer->is_answered)
			reply_set(peer, FRAME_CONTROL_FINISH);
		peer->state = PEER_ENDED;
		return FRAME_ENDED;
	}
	return broken(peer, "a control frame out of turn");
}

/* True: *ret says what there is, which may be that octets are missing. False: a control frame was taken, go on. */
static bool step(struct frame_peer *peer, enum frame_next *ret_next, struct span *ret)
{
	/* Before the first octet there is no buffer, and nothing may be added to a pointer that is NULL. */
	struct span rest = {0}, payload;
	if (peer->buffer != NULL)
		rest = span_of(peer->buffer + peer->start, peer->end - peer->start);
	uint32_t size;
	bool is_control = false;
	*ret_next = FRAME_MORE;
	if (!span_take_u32(&rest, &size))
		return true;
	if (size == 0) {
		is_control = true;
		if (!span_take_u32(&rest, &size))
			return true;
	}
	if (size > (is_control ? FRAME_CONTROL_MAX : FRAME_DATA_MAX)) {
		*ret_next = broken(peer, is_control ? "a control frame of more than 512 octets"
		                                    : "a frame of more than 131072 octets");
		return true;
	}
	if (!is_control && peer->state != PEER_STARTED) {
		*ret_next = broken(peer, "data before START");
		return true;
	}
	if (!span_take(&rest, size, &payload))
		return true;
	peer->start += size + (is_control ? HEAD_SIZE : 4u);
	if (!is_control) {
		*ret = payload;
		*ret_next = FRAME_DATA;
		return true;
	}
	*ret_next = control_take(peer, payload);
	return *ret_next != FRAME_MORE || peer->reply_size > 0; /* what it is told comes before all else */
}

enum frame_next frame_peer_next(struct frame_peer *peer, struct span *ret)
{
	enum frame_next next = FRAME_MORE;
	if (peer->state == PEER_ENDED)
		return FRAME_ENDED;
	if (peer->state == PEER_BROKEN)
		return FRAME_BROKEN;
	while (!step(peer, &next, ret))
		;
	return next;
}

struct span frame_peer_reply(struct frame_peer *peer)
{
	struct span reply = span_of(peer->reply, peer->reply_size);
	peer->reply_size = 0;
	return reply;
}

bool frame_peer_has_started(const struct frame_peer *peer)
{
	return peer->state >= PEER_STARTED;
}

const char *frame_peer_trouble(const struct frame_peer *peer)
{
	return peer->trouble != NULL ? peer->trouble : "";
}
