/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The blocks observability.history and observability.clickhouse.
 * Belong to struct config.
 * Never there unless the file has them.
 */
#ifndef CONFIG_CONFIG_HISTORY_H
#define CONFIG_CONFIG_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

enum config_store { CONFIG_STORE_NONE, CONFIG_STORE_SQLITE };

struct config_history {
	enum config_store store;
	uint32_t keep_s;
	uint64_t size;         /* octets */
	uint32_t sample_every; /* raw-sample: off 0, 1/50 50 */
};

struct config_clickhouse {
	const char *url; /* NULL: no export */
	const char *database;
	const char *user; /* NULL: none */
	const char *password_file;
	const char *password; /* of the file; NULL: none */
	const char *ca_file;
	uint32_t batch; /* rows */
	uint32_t every_ms;
	uint64_t spool;        /* octets */
	uint32_t sample_every; /* at least 1 */
};

#endif
