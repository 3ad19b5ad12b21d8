/* SPDX-License-Identifier: BSD-2-Clause */
/* The table against a plain array that is searched from end to end. */
#include "exchange/pending.h"

#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

enum { CHANNELS = 8, SERVERS = 4, IDS = 16, MOST = 2000, STEPS = 20000 };

static uint32_t draw(uint32_t *random, uint32_t below)
{
	*random = *random * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)*random * below >> 32);
}

static struct ip_endpoint server_of(uint32_t number)
{
	/* Pairs that differ in the family, and in the port, alone. */
	struct ip_endpoint server = {.addr = {.family = number & 1 ? FAMILY_IPV4 : FAMILY_IPV6}, .port = 53};
	server.addr.bytes[0] = 32;
	server.port = (uint16_t)(server.port + number / 2);
	return server;
}

struct row {
	struct pending *pending;
	uint64_t ask_id;
	uint32_t channel, server;
	uint16_t id;
};

struct model {
	struct pending_table *table;
	struct channel channels[CHANNELS];
	struct row rows[MOST];
	size_t count;
	uint64_t next_ask_id;
};

static const struct row *row_of_reply(const struct model *model, uint32_t channel, uint32_t server, uint16_t id)
{
	for (size_t i = 0; i < model->count; i++) {
		const struct row *row = &model->rows[i];
		if (row->channel == channel && row->server == server && row->id == id)
			return row;
	}
	return NULL;
}

static bool has_server(const struct model *model, uint32_t channel, uint32_t server)
{
	for (size_t i = 0; i < model->count; i++) {
		if (model->rows[i].channel == channel && model->rows[i].server == server)
			return true;
	}
	return false;
}

static void add(struct model *model, uint32_t channel, uint32_t number, uint16_t id)
{
	struct ip_endpoint server = server_of(number);
	if (row_of_reply(model, channel, number, id) != NULL)
		return;
	struct row *row = &model->rows[model->count++];
	*row = (struct row){.ask_id = model->next_ask_id++, .channel = channel, .server = number, .id = id};
	row->pending = pending_new(model->table, row->ask_id, &server);
	assert_non_null(row->pending);
	pending_begin(model->table, row->pending, &model->channels[channel], id);
}

static void take_away(struct model *model, size_t index)
{
	pending_free(model->table, model->rows[index].pending);
	assert_null(pending_find_ask(model->table, model->rows[index].ask_id));
	model->rows[index] = model->rows[--model->count];
}

static void check(struct model *model, uint32_t channel, uint32_t number, uint16_t id)
{
	struct ip_endpoint server = server_of(number);
	const struct row *row = row_of_reply(model, channel, number, id);
	struct pending *found = pending_find_reply(model->table, &model->channels[channel], &server, id);
	assert_ptr_equal(found, row != NULL ? row->pending : NULL);
	if (row != NULL)
		assert_ptr_equal(pending_find_ask(model->table, row->ask_id), row->pending);
	found = pending_find_server(model->table, &model->channels[channel], &server);
	assert_int_equal(found != NULL, has_server(model, channel, number));
	if (found != NULL)
		assert_true(found->channel == &model->channels[channel] && endpoint_equal(&found->server, &server));
	assert_int_equal(pending_table_count(model->table), model->count);
}

static void test_finding(void **state)
{
	(void)state;
	struct model *model = calloc(1, sizeof(*model));
	uint32_t random = 1;
	model->table = pending_table_new(MOST);
	for (uint32_t i = 0; i < CHANNELS; i++)
		channel_init(&model->channels[i], i);
	for (unsigned i = 0; i < STEPS; i++) {
		uint32_t channel = draw(&random, CHANNELS), server = draw(&random, SERVERS);
		uint16_t id = (uint16_t)draw(&random, IDS);
		if (draw(&random, 5) < 3 && model->count < MOST)
			add(model, channel, server, id);
		else if (model->count > 0)
			take_away(model, draw(&random, (uint32_t)model->count));
		check(model, channel, server, id);
	}
	uint32_t in_channels = 0;
	for (uint32_t i = 0; i < CHANNELS; i++)
		in_channels += model->channels[i].count;
	assert_int_equal(in_channels, model->count);
	pending_table_free(model->table);
	free(model);
}

static void test_limit(void **state)
{
	(void)state;
	struct ip_endpoint server = server_of(0);
	struct pending_table *table = pending_table_new(3);
	struct pending *first = pending_new(table, 1, &server);
	assert_non_null(pending_new(table, 2, &server));
	assert_non_null(pending_new(table, 3, &server));
	assert_null(pending_new(table, 4, &server));
	pending_free(table, first);
	assert_non_null(pending_new(table, 4, &server));
	pending_table_free(table);
}

static void test_news(void **state)
{
	(void)state;
	struct ip_endpoint server = server_of(0);
	struct pending_table *table = pending_table_new(10);
	struct channel channel;
	struct pending *pendings[4], *told;
	channel_init(&channel, 1);
	for (unsigned i = 0; i < 4; i++) {
		pendings[i] = pending_new(table, i, &server);
		pending_begin(table, pendings[i], &channel, (uint16_t)i);
	}
	assert_int_equal(pending_take_news(table, &told), PENDING_NEWS_NONE);
	pending_tell(table, pendings[0], PENDING_NEWS_SUSPECT);
	pending_tell(table, pendings[1], PENDING_NEWS_FAILED);
	pending_tell(table, pendings[2], PENDING_NEWS_FAILED);
	pending_tell(table, pendings[3], PENDING_NEWS_SUSPECT);
	pending_tell(table, pendings[0], PENDING_NEWS_FAILED); /* worse than suspect */
	pending_free(table, pendings[1]);
	assert_int_equal(pending_take_news(table, &told), PENDING_NEWS_FAILED);
	assert_ptr_equal(told, pendings[2]);
	assert_int_equal(pending_take_news(table, &told), PENDING_NEWS_SUSPECT);
	assert_ptr_equal(told, pendings[3]);
	assert_ptr_equal(pending_find_reply(table, &channel, &server, 3), told);
	assert_int_equal(pending_take_news(table, &told), PENDING_NEWS_FAILED);
	assert_ptr_equal(told, pendings[0]);
	assert_int_equal(pending_take_news(table, &told), PENDING_NEWS_NONE);
	pending_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finding),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_news),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
