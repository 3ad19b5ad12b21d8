/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Alerts as the configuration has them: the rules, read from their own file, and where alerts go.
 * Owned by struct config.
 * Never shown: the headers may be secret.
 */
#ifndef CONFIG_CONFIG_ALERTS_H
#define CONFIG_CONFIG_ALERTS_H

#include "alerts/rules.h"
#include "config/alerts/rules_file.h"

enum config_webhook_format { WEBHOOK_JSON, WEBHOOK_ALERTMANAGER };

struct config_alerts {
	bool is_on; /* the block is there */
	const char *rules_path;
	struct rules_file *rules_file; /* NULL: no file, the built-in rows alone */
	bool is_logged;
	const char *exec_path;
	const char *webhook;
	enum config_webhook_format webhook_format;
	const char *headers_path;
	char *headers; /* the lines of that file; NULL: none */
	size_t headers_size;
	const char *ca_path;
	uint32_t repeat_ms;
};

#endif
