/* SPDX-License-Identifier: BSD-2-Clause */
/* What the alerts block needs beyond its own values: its files read, and what must fit together. */
#include "config/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_OF "observability.alerts."

static struct mark key_mark(const struct loader *loader, const char *key)
{
	const struct yaml_node *block = yaml_find(yaml_find(loader->tree, "observability"), "alerts");
	const struct yaml_node *node = yaml_find(block, key);
	if (node != NULL && !node->is_default)
		return node->mark;
	return block->key != NULL ? block->key->mark : (struct mark){0};
}

static int rules_read(struct loader *loader, struct config_alerts *alerts)
{
	if (alerts->rules_path == NULL)
		return ERR_OK;
	int err = rules_file_load(alerts->rules_path, loader->source->findings, &alerts->rules_file);
	if (err == -ENOMEM)
		return err;
	if (err == ERR_FINDINGS || err == ERR_SYNTAX)
		loader->source->error_count++; /* reported, in the file of the rules */
	else if (err != ERR_OK)
		source_report(loader->source, FINDING_ALERT_RULE, key_mark(loader, "rules"), PATH_OF "rules",
			      "create the file, or mend the path", "%s: %s.", alerts->rules_path, err_text(err));
	return ERR_OK;
}

/* A line of a header: token, colon, no control characters (RFC 9110 5.1, 5.5). */
static bool headers_are_good(const char *text)
{
	while (*text != '\0') {
		size_t size = strcspn(text, "\n");
		size_t name = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
		if (size > 0 && text[0] != '#' && (name == 0 || text[name] != ':'))
			return false;
		for (size_t i = 0; i < size; i++) {
			if ((unsigned char)text[i] < 0x20 && text[i] != '\t')
				return false;
		}
		text += size + (text[size] == '\n');
	}
	return true;
}

static int headers_read(struct loader *loader, struct config_alerts *alerts)
{
	if (alerts->headers_path == NULL)
		return ERR_OK;
	const struct secret_source source = {.path = alerts->headers_path,
					     .subject = PATH_OF "webhook-headers-file",
					     .mark = key_mark(loader, "webhook-headers-file")};
	int err = secret_file_read(loader, &source, &alerts->headers, &alerts->headers_size);
	if (err != ERR_OK || alerts->headers == NULL)
		return err;
	if (!headers_are_good(alerts->headers))
		source_report(loader->source, FINDING_CONFIG_SECRET, source.mark, source.subject,
			      "write a line for each header: Authorization: Bearer TOKEN",
			      "%s: a line of it is no header.", alerts->headers_path);
	return ERR_OK;
}

static void webhook_check(struct loader *loader, const struct config_alerts *alerts)
{
	static const char *const parts[] = {"webhook-format", "webhook-headers-file", "webhook-ca-file"};
	const struct yaml_node *block = yaml_find(yaml_find(loader->tree, "observability"), "alerts");
	const char *url = alerts->webhook;
	for (size_t i = 0; url == NULL && i < sizeof(parts) / sizeof(*parts); i++) {
		const struct yaml_node *node = yaml_find(block, parts[i]);
		if (node != NULL && !node->is_default)
			source_report(loader->source, FINDING_CONFIG_MISSING, node->key->mark, PATH_OF "webhook", NULL,
				      "%s is of no use without webhook.", parts[i]);
	}
	if (url == NULL)
		return;
	size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
	if (scheme > 0 && memchr(url + scheme, '@', strcspn(url + scheme, "/?#")) != NULL)
		source_report(loader->source, FINDING_CONFIG_SECRET, key_mark(loader, "webhook"), PATH_OF "webhook",
			      "write Authorization: Basic ... into webhook-headers-file",
			      "webhook: a password in the address would be read by all who read this file.");
	if (scheme == 0 || url[scheme] == '\0' || url[scheme] == '/' || strpbrk(url, " \"<>\\^`{|}") != NULL)
		source_report(loader->source, FINDING_CONFIG_VALUE, key_mark(loader, "webhook"), PATH_OF "webhook",
			      "write it as https://host/path; an IPv6 address goes in brackets: http://[::1]:9093/",
			      "webhook: \"%.120s\" is no http:// or https:// address.", url);
}

static void sinks_check(struct loader *loader, const struct config_alerts *alerts)
{
	static const char *const words[] = {"log", "exec", "webhook"};
	const bool has[] = {alerts->is_logged, alerts->exec_path != NULL, alerts->webhook != NULL};
	unsigned wanted = alerts->rules_file != NULL ? rules_file_sinks(alerts->rules_file) : 0;
	if (!has[0] && !has[1] && !has[2])
		source_report(loader->source, FINDING_ALERT_SINK, key_mark(loader, "log"), PATH_OF "log",
			      "add exec: or webhook:, or leave log on",
			      "Alerts go nowhere: log, exec and webhook are off.");
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if ((wanted & (1u << i)) != 0 && !has[i])
			source_report(loader->source, FINDING_ALERT_SINK, key_mark(loader, "rules"), PATH_OF "rules",
				      "configure it, or take it out of the rule's deliver:",
				      "A rule delivers to %s, which this block does not have.", words[i]);
	}
	if (alerts->exec_path != NULL && access(alerts->exec_path, X_OK) != 0)
		source_report(loader->source, FINDING_ALERT_SINK, key_mark(loader, "exec"), PATH_OF "exec",
			      "write the path of a program, and chmod +x it", "%s cannot be run: %s.",
			      alerts->exec_path, strerror(errno));
}

int alerts_fill(struct loader *loader)
{
	struct config_alerts *alerts = &loader->config->alerts;
	const struct yaml_node *block = yaml_find(yaml_find(loader->tree, "observability"), "alerts");
	if (block == NULL || block->kind != YAML_MAP)
		return ERR_OK;
	alerts->is_on = true;
	int err = rules_read(loader, alerts);
	if (err == ERR_OK)
		err = headers_read(loader, alerts);
	if (err != ERR_OK)
		return err;
	webhook_check(loader, alerts);
	sinks_check(loader, alerts);
	if (!loader->config->is_observed)
		source_report(loader->source, FINDING_ALERT_SINK, key_mark(loader, "rules"), "observability.signals",
			      "leave observability.signals on", "Alerts need observability.signals, which is off.");
	return ERR_OK;
}

void alerts_release(struct config_alerts *alerts)
{
	rules_file_free(alerts->rules_file);
	if (alerts->headers != NULL)
		explicit_bzero(alerts->headers, alerts->headers_size);
}
