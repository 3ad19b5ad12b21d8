/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/load.h"

#include <string.h>

static struct yaml_node *key_of(const struct loader *loader, const char *block, const char *key)
{
	struct yaml_node *node = yaml_find(yaml_find(loader->tree, "observability"), block);
	return key != NULL ? yaml_find(node, key) : node;
}

static struct mark mark_of(const struct yaml_node *node)
{
	return node != NULL ? node->mark : (struct mark){0};
}

/* Both listen to what the sensors listen to. */
static void observed_check(struct loader *loader, const char *block)
{
	if (loader->config->is_observed)
		return;
	source_report(loader->source, FINDING_CONFIG_VALUE, mark_of(key_of(loader, "signals", NULL)),
		      "observability.signals", "remove the line, or the block",
		      "observability.%s needs the answers that signals: off does not watch.", block);
}

static void url_check(struct loader *loader, const char *url)
{
	const char *host = strstr(url, "://");
	size_t host_size = host != NULL ? strcspn(host + 3, "/?#") : 0;
	if (host != NULL && memchr(host + 3, '@', host_size) != NULL)
		source_report(loader->source, FINDING_CONFIG_VALUE, mark_of(key_of(loader, "clickhouse", "url")),
			      "observability.clickhouse.url", "write user: and password-file: instead",
			      "url: a user or a password does not belong there: it would be told in the log.");
	if (strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0)
		return;
	source_report(loader->source, FINDING_CONFIG_VALUE, mark_of(key_of(loader, "clickhouse", "url")),
		      "observability.clickhouse.url", "write http://[::1]:8123/ or https://...",
		      "url: \"%.120s\" begins neither with http:// nor with https://.", url);
}

/* It becomes a part of a command. */
static void database_check(struct loader *loader, const char *database)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	if (database[strspn(database, letters)] == '\0')
		return;
	source_report(loader->source, FINDING_CONFIG_VALUE, mark_of(key_of(loader, "clickhouse", "database")),
		      "observability.clickhouse.database", "use letters, digits and _",
		      "database: \"%.64s\" has characters that a name of a database cannot have.", database);
}

static int password_read(struct loader *loader, struct config_clickhouse *clickhouse)
{
	const struct secret_source source = {.path = clickhouse->password_file,
					     .subject = "observability.clickhouse",
					     .mark = mark_of(key_of(loader, "clickhouse", "password-file"))};
	char *password = NULL;
	size_t size;
	int err = secret_file_read(loader, &source, &password, &size);
	clickhouse->password = password;
	return err;
}

int history_fill(struct loader *loader)
{
	struct config *config = loader->config;
	struct config_clickhouse *clickhouse = &config->clickhouse;
	if (config->history.store != CONFIG_STORE_NONE)
		observed_check(loader, "history");
	if (clickhouse->url == NULL)
		return ERR_OK;
	observed_check(loader, "clickhouse");
	url_check(loader, clickhouse->url);
	if (clickhouse->database != NULL)
		database_check(loader, clickhouse->database);
	if (clickhouse->sample_every == 0)
		source_report(loader->source, FINDING_CONFIG_VALUE, mark_of(key_of(loader, "clickhouse", "sample")),
			      "observability.clickhouse.sample", "remove the block to send nothing",
			      "sample: off sends nothing.");
	return clickhouse->password_file != NULL ? password_read(loader, clickhouse) : ERR_OK;
}
