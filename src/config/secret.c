/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/load.h"

#include "base/encoding.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_LEAST 16
#define TOKEN_MOST 256

#define SECRET_FILE_MAX 4096 /* octets; a longer secret than a hash block gains nothing (RFC 2104 3) */

static int refuse(struct loader *loader, const struct secret_source *source, const char *fix, const char *why)
{
	source_report(loader->source, FINDING_CONFIG_SECRET, source->mark, source->subject, fix, "%s: %s.",
		      source->path, why);
	return ERR_OK;
}

/* The file's text; *ret_size 0 when it was refused. */
static int read_secret_text(struct loader *loader, const struct secret_source *source, char *buffer, size_t *ret_size)
{
	*ret_size = 0;
	int fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return refuse(loader, source, "create the file, or mend the path", strerror(errno));
	struct stat status;
	ssize_t size = -1;
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return refuse(loader, source, NULL, "it is no regular file");
	}
	bool is_open_to_others = (status.st_mode & (S_IROTH | S_IWOTH)) != 0;
	size = read(fd, buffer, SECRET_FILE_MAX + 1);
	close(fd);
	if (is_open_to_others)
		return refuse(loader, source, "chmod 600 the file, and change the secret: others may have read it",
			      "every user of this host may read or change it");
	if (size < 0 || size > SECRET_FILE_MAX)
		return refuse(loader, source, NULL, size < 0 ? "it cannot be read" : "it is larger than 4096 octets");
	while (size > 0 && strchr(" \t\r\n", buffer[size - 1]) != NULL)
		size--;
	if (size == 0)
		return refuse(loader, source, "write the secret into it", "it is empty");
	*ret_size = (size_t)size;
	return ERR_OK;
}

int secret_file_read(struct loader *loader, const struct secret_source *source, char **ret, size_t *ret_size)
{
	char buffer[SECRET_FILE_MAX + 1];
	size_t size;
	int err = read_secret_text(loader, source, buffer, &size);
	if (err != ERR_OK || size == 0)
		return err;
	char *text = arena_text(loader->arena, buffer, size);
	explicit_bzero(buffer, sizeof(buffer));
	if (text == NULL)
		return -ENOMEM;
	*ret = text;
	*ret_size = size;
	return ERR_OK;
}

static int read_secret(struct loader *loader, struct config_key *key)
{
	const struct yaml_node *node = yaml_find(yaml_find(yaml_find(loader->tree, "keys"), key->name), "secret-file");
	const struct secret_source source = {
		.path = key->secret_file, .subject = key->name, .mark = node != NULL ? node->mark : (struct mark){0}};
	char buffer[SECRET_FILE_MAX + 1];
	size_t size;
	int err = read_secret_text(loader, &source, buffer, &size);
	if (err != ERR_OK || size == 0)
		return err;
	uint8_t *secret = arena_alloc(loader->arena, size, 1);
	if (secret == NULL)
		return -ENOMEM;
	struct writer writer = writer_of(secret, size);
	err = base64_decode(span_of(buffer, size), &writer);
	explicit_bzero(buffer, sizeof(buffer));
	if (err != ERR_OK || writer.size == 0)
		return refuse(loader, &source, "openssl rand -base64 32 makes one", "it holds no base64 text");
	key->secret = secret;
	key->secret_size = writer.size;
	return ERR_OK;
}

static bool is_token(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	}
	return size >= TOKEN_LEAST && size <= TOKEN_MOST;
}

static int read_token(struct loader *loader, struct config_web *web)
{
	const struct yaml_node *block = yaml_find(yaml_find(loader->tree, "observability"), "dashboard");
	const struct yaml_node *node = yaml_find(block, "auth");
	const struct secret_source source = {.path = web->token_file,
					     .subject = "observability.dashboard.auth",
					     .mark = node != NULL ? node->mark : (struct mark){0}};
	size_t size;
	int err = secret_file_read(loader, &source, &web->token, &size);
	if (err != ERR_OK || web->token == NULL || is_token(web->token, size))
		return err;
	explicit_bzero(web->token, size);
	web->token = NULL;
	return refuse(loader, &source, "openssl rand -hex 24 makes a token",
		      "a token is 16 to 256 printable characters without blanks");
}

int secrets_read(struct loader *loader)
{
	struct config *config = loader->config;
	for (size_t i = 0; i < config->key_count; i++) {
		struct name name;
		struct config_key *key = &config->keys[i];
		int err = loader_name(loader, key->name, &name);
		if (err == -ENOMEM)
			return err;
		if (err != ERR_OK) {
			const struct yaml_node *node = yaml_find(yaml_find(loader->tree, "keys"), key->name);
			source_report(loader->source, FINDING_CONFIG_VALUE, node->key->mark, "keys", NULL,
				      "\"%.200s\" is no domain name; TSIG sends it as one.", key->name);
		}
		if (key->secret_file != NULL && (err = read_secret(loader, key)) != ERR_OK)
			return err;
	}
	return config->dashboard.token_file != NULL ? read_token(loader, &config->dashboard) : ERR_OK;
}
