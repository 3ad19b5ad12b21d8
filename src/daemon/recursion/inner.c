/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/inner.h"

#include "base/clock.h"
#include "daemon/recursion/drive.h"
#include "dns/edns.h"
#include "dns/rrtype.h"

#include <errno.h>
#include <stdlib.h>

#define INNER_UDP_SIZE 1232

struct inner_question {
	struct mailbox *mailbox;
	struct service *service;
	struct inner_ask ask; /* its name is below */
	struct name_buffer name;
	struct inner_question *next;
	size_t size;
	uint8_t *message; /* the answer; NULL: there is none */
};

static void question_free(struct inner_question *question)
{
	free(question->message);
	free(question);
}

/* --- The main thread --- */

static struct inner_question *mailbox_empty(struct mailbox *mailbox)
{
	pthread_mutex_lock(&mailbox->lock);
	struct inner_question *first = mailbox->first;
	mailbox->first = NULL;
	pthread_mutex_unlock(&mailbox->lock);
	return first;
}

static void mail_take(uv_async_t *wake)
{
	struct inner_question *question = mailbox_empty(wake->data);
	while (question != NULL) {
		struct inner_question *next = question->next;
		question->ask.done(question->ask.owner, span_of(question->message, question->size));
		question_free(question);
		question = next;
	}
}

int mailbox_open(struct mailbox *mailbox, uv_loop_t *loop)
{
	*mailbox = (struct mailbox){0};
	pthread_mutex_init(&mailbox->lock, NULL);
	if (uv_async_init(loop, &mailbox->wake, mail_take) != 0)
		return -EMFILE;
	mailbox->wake.data = mailbox;
	return ERR_OK;
}

void mailbox_close(struct mailbox *mailbox)
{
	pthread_mutex_lock(&mailbox->lock);
	mailbox->is_closed = true;
	pthread_mutex_unlock(&mailbox->lock);
	struct inner_question *next;
	for (struct inner_question *at = mailbox_empty(mailbox); at != NULL; at = next) {
		next = at->next;
		question_free(at);
	}
	uv_close((uv_handle_t *)&mailbox->wake, NULL);
}

void mailbox_forget(struct mailbox *mailbox, const void *owner)
{
	pthread_mutex_lock(&mailbox->lock);
	for (struct inner_question **link = &mailbox->first; *link != NULL;) {
		struct inner_question *at = *link;
		if (at->ask.owner != owner) {
			link = &at->next;
			continue;
		}
		*link = at->next;
		question_free(at);
	}
	pthread_mutex_unlock(&mailbox->lock);
}

/* --- The worker --- */

void inner_answer(struct inner_question *question, struct span message)
{
	struct mailbox *mailbox = question->mailbox;
	question->message = message.size > 0 ? malloc(message.size) : NULL;
	if (question->message != NULL) {
		memcpy(question->message, message.data, message.size);
		question->size = message.size;
	}
	pthread_mutex_lock(&mailbox->lock);
	bool is_closed = mailbox->is_closed;
	if (!is_closed) {
		question->next = mailbox->first;
		mailbox->first = question;
		uv_async_send(&mailbox->wake);
	}
	pthread_mutex_unlock(&mailbox->lock);
	if (is_closed)
		question_free(question);
}

static struct span query_write(const struct inner_question *question, struct writer *out)
{
	const struct edns edns = {.udp_size = INNER_UDP_SIZE, .is_do = question->ask.is_do};
	writer_u16(out, 0);
	writer_u16(out, (uint16_t)(HEADER_RD | (question->ask.is_cd ? HEADER_CD : 0)));
	writer_u16(out, 1);
	writer_u16(out, 0);
	writer_u16(out, 0);
	writer_u16(out, 1);
	writer_bytes(out, question->ask.name.wire, question->ask.name.size);
	writer_u16(out, question->ask.type);
	writer_u16(out, CLASS_IN);
	edns_write(&edns, out);
	return writer_span(out);
}

/* The client is the unspecified address, which no packet that arrives comes from: held_policy allows it. */
static void question_start(struct worker *worker, void *argument)
{
	struct inner_question *question = argument;
	struct drive *drive = drive_of(question->service, worker);
	uint8_t query[HEADER_SIZE + NAME_MAX + 4 + EDNS_HEADER_SIZE];
	struct writer query_out = writer_of(query, sizeof(query));
	struct query_event event = {0};
	if (drive == NULL || worker->is_stopping) {
		inner_answer(question, (struct span){0});
		return;
	}
	worker_enter(worker);
	struct writer out = writer_of(drive->scratch, UINT16_MAX);
	struct drive_question asked = {.request = {.message = query_write(question, &query_out),
	                                           .transport = TRANSPORT_TCP,
	                                           .client = {.addr = {.family = FAMILY_IPV6}}},
	                               .inner = question,
	                               .begin_wall_us = clock_wall_us()};
	enum resolver_taken taken = drive_query(drive, drive_now(), &asked, &out, &event);
	if (taken != RESOLVER_WAITING)
		inner_answer(question, taken == RESOLVER_ANSWERED ? writer_span(&out) : (struct span){0});
	drive_turn(drive);
}

int inner_ask(struct mailbox *mailbox, struct worker *worker, struct service *service, const struct inner_ask *ask)
{
	struct inner_question *question = calloc(1, sizeof(*question));
	if (question == NULL)
		return -ENOMEM;
	*question = (struct inner_question){.mailbox = mailbox, .service = service, .ask = *ask};
	memcpy(question->name.wire, ask->name.wire, ask->name.size);
	question->ask.name = name_of(question->name.wire);
	worker_call(worker, question_start, question);
	return ERR_OK;
}
