/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/load.h"

#include "config/kind.h"
#include "config/suggest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARENA_CHUNK (64u << 10)

/* A block of the tree while it is read: its path in the rows, and the struct its values go to. */
struct block {
	const char *path;
	struct yaml_node *node;
	void *holder;
};

static int read_block(struct loader *loader, const struct block *block) MUST_USE;

char *loader_path(struct loader *loader, const char *path)
{
	struct text full = {0};
	if (path[0] != '/')
		text_addf(&full, "%s/", loader->folder);
	text_add(&full, path);
	char *copy = full.is_failed ? NULL : arena_text(loader->arena, text_string(&full), full.size);
	text_free(&full);
	return copy;
}

int loader_name(struct loader *loader, const char *text, struct name *ret)
{
	struct name_buffer buffer;
	struct name name;
	int err = name_from_text(span_text(text), name_root, &buffer, &name, NULL);
	if (err != ERR_OK)
		return err;
	const uint8_t *wire = arena_copy(loader->arena, name.wire, name.size, 1);
	if (wire == NULL)
		return -ENOMEM;
	*ret = name_of(wire);
	return ERR_OK;
}

struct yaml_node *loader_service_key(const struct loader *loader, const struct config_service *service, const char *key)
{
	return yaml_find(yaml_find(yaml_find(loader->tree, "services"), service->name), key);
}

/* A key that no row knows; often it belongs one block further down or is misspelt. */
static void refuse_key(struct loader *loader, const char *path, const struct yaml_node *key)
{
	struct suggestion suggestion = {0};
	struct text known = {0}, fix = {0};
	const struct option *elsewhere = NULL;
	for (size_t i = 0; i < option_count; i++) {
		const char *name = option_key(&option_rows[i]);
		if (option_is_child(&option_rows[i], path)) {
			suggest_offer(&suggestion, key->text, name);
			text_addf(&known, "%s%s", known.size > 0 ? ", " : "", name);
		} else if (strcmp(name, key->text) == 0) {
			elsewhere = &option_rows[i];
		}
	}
	if (suggestion.word != NULL)
		text_addf(&fix, "did you mean %s?", suggestion.word);
	else if (elsewhere != NULL)
		text_addf(&fix, "it belongs to %s", elsewhere->path);
	if (elsewhere != NULL && strcmp(path, "services.*") == 0 && strncmp(elsewhere->path, "transport.", 10) == 0) {
		text_clear(&fix);
		text_addf(&fix, "put it into the service's transport block: transport: {%s: ...}", key->text);
	}
	source_report(loader->source, FINDING_CONFIG_UNKNOWN, key->mark, NULL, fix.size > 0 ? text_string(&fix) : NULL,
		      "Unknown key \"%.80s\"; known here: %s.", key->text, text_string(&known));
	text_free(&known);
	text_free(&fix);
}

/* The role that a service's block names; NULL where that is no role or the block is no service. */
static const char *block_role(const struct block *block)
{
	const struct yaml_node *role =
		strcmp(block->path, "services.*") == 0 ? yaml_find(block->node, "role") : NULL;
	struct span word;
	for (size_t i = 0; role != NULL && role->kind == YAML_SCALAR &&
			   option_word(option_find("services.*", "role"), i, &word);
	     i++) {
		if (span_equal(word, span_text(role->text)))
			return role->text;
	}
	return NULL;
}

/* Is the option for services of another role than the block's? An unknown role has all of them. */
static bool is_of_other_role(const struct block *block, const struct option *option)
{
	const char *own = block_role(block), *wanted = option_role(option);
	return own != NULL && wanted != NULL && strcmp(own, wanted) != 0;
}

static void check_keys(struct loader *loader, const struct block *block)
{
	for (const struct yaml_node *child = block->node->first; child != NULL; child = child->next) {
		const struct option *option = option_find(block->path, child->key->text);
		if (option == NULL)
			refuse_key(loader, block->path, child->key);
		else if (is_of_other_role(block, option))
			source_report(loader->source, FINDING_CONFIG_ROLE, child->key->mark, option->path,
				      "remove it, or move it to a service of that role",
				      "\"%s\" is for services of role %s; %s is %s.", child->key->text,
				      option_role(option), block->node->key->text, block_role(block));
	}
}

/* The default as a node of the tree, so that it is read, and shown, like what the file says. */
static int add_default(struct loader *loader, const struct block *block, const struct option *option,
		       struct yaml_node **ret)
{
	const char *text = option->default_text;
	const char *key = option_key(option);
	/* A service's transport starts from the general one, not from the rows. */
	if (strcmp(block->path, SERVICE_TRANSPORT) == 0) {
		const struct yaml_node *general = yaml_find(yaml_find(loader->tree, "transport"), key);
		text = general != NULL ? general->text : text;
	}
	*ret = NULL;
	if (text == NULL)
		return ERR_OK;
	*ret = yaml_add(loader->arena, block->node, key, text);
	return *ret != NULL ? ERR_OK : -ENOMEM;
}

static int read_section(struct loader *loader, const struct block *block, const struct option *option,
			struct yaml_node *node)
{
	if (node == NULL && option->flags & OPTION_OPTIONAL)
		return ERR_OK;
	if (node == NULL)
		node = yaml_add(loader->arena, block->node, option_key(option), NULL);
	if (node == NULL)
		return -ENOMEM;
	if (node->kind != YAML_MAP) {
		kind_refuse(loader, option, node);
		return ERR_OK;
	}
	struct block inner = {.path = option->path, .node = node, .holder = (uint8_t *)block->holder + option->offset};
	return read_block(loader, &inner);
}

/* An element whose key is a domain name. -ENOMEM. */
static int read_key_name(struct loader *loader, const struct option *option, const struct yaml_node *key,
			 struct name *ret, const char *fix)
{
	int err = loader_name(loader, key->text, ret);
	if (err == ERR_OK || err == -ENOMEM)
		return err;
	source_report(loader->source, FINDING_CONFIG_VALUE, key->mark, option->path, fix,
		      "\"%.200s\" is no domain name.", key->text);
	return ERR_OK;
}

/* What every element has: its key and its place. */
static int start_element(struct loader *loader, const struct option *option, const struct yaml_node *node,
			 void *element)
{
	const struct yaml_node *key = node->key;
	if (strcmp(option->path, "services") == 0) {
		struct config_service *service = element;
		*service = (struct config_service){.name = key->text,
						   .transport = loader->config->transport,
						   .line = key->mark.line,
						   .column = key->mark.column};
	} else if (strcmp(option->path, "zones") == 0) {
		struct config_zone *zone = element;
		*zone = (struct config_zone){.key = key->text, .line = key->mark.line, .column = key->mark.column};
		if (yaml_find(node, "name") != NULL)
			return ERR_OK;
		return read_key_name(loader, option, key, &zone->name,
				     "mend the key, or add name: with the zone's domain name");
	} else if (strcmp(option->path, "keys") == 0) {
		*(struct config_key *)element = (struct config_key){.name = key->text};
	} else if (strcmp(option->path, "watch.sets") == 0) {
		*(struct config_watch_set *)element = (struct config_watch_set){.key = key->text};
	} else if (strcmp(option->path, "peers") == 0) {
		*(struct config_peer *)element = (struct config_peer){
			.name = key->text, .line = key->mark.line, .column = key->mark.column};
	} else {
		struct config_forward *forward = element;
		*forward = (struct config_forward){
			.key = key->text, .line = key->mark.line, .column = key->mark.column};
		return read_key_name(loader, option, key, &forward->zone, NULL);
	}
	return ERR_OK;
}

static int read_elements(struct loader *loader, const struct option *option, struct yaml_node *node, uint8_t *array,
			 size_t *count)
{
	char path[64];
	snprintf(path, sizeof(path), "%s.*", option->path);
	for (struct yaml_node *child = node->first; child != NULL; child = child->next) {
		struct block inner = {.path = path, .node = child, .holder = array + *count * option->element_size};
		if (child->kind != YAML_MAP) {
			source_report(loader->source, FINDING_CONFIG_VALUE, child->mark, option->path, NULL,
				      "\"%.80s\" wants a block of keys.", child->key->text);
			continue;
		}
		if (yaml_find(node, child->key->text) != child)
			continue; /* a duplicate, reported when the file was read */
		int err = start_element(loader, option, child, inner.holder);
		if (err == ERR_OK)
			err = read_block(loader, &inner);
		if (err != ERR_OK)
			return err;
		child->element = inner.holder;
		(*count)++;
	}
	return ERR_OK;
}

static int read_named(struct loader *loader, const struct block *block, const struct option *option,
		      struct yaml_node *node)
{
	if (node == NULL)
		return ERR_OK;
	if (node->kind != YAML_MAP) {
		kind_refuse(loader, option, node);
		return ERR_OK;
	}
	uint8_t *array =
		arena_alloc_zeroed(loader->arena, (node->count + 1) * option->element_size, _Alignof(max_align_t));
	if (array == NULL)
		return -ENOMEM;
	memcpy((uint8_t *)block->holder + option->offset, &array, sizeof(array));
	return read_elements(loader, option, node, array,
			     (size_t *)(void *)((uint8_t *)block->holder + option->count_offset));
}

static int read_option(struct loader *loader, const struct block *block, const struct option *option)
{
	struct yaml_node *node = yaml_find(block->node, option_key(option));
	if (is_of_other_role(block, option))
		return ERR_OK; /* reported by check_keys */
	if (option->kind == OPTION_SECTION)
		return read_section(loader, block, option, node);
	if (option->kind == OPTION_NAMED)
		return read_named(loader, block, option, node);
	if (node == NULL && option->flags & OPTION_REQUIRED) {
		struct mark mark =
			block->node->key != NULL ? block->node->key->mark : (struct mark){.line = 1, .column = 1};
		source_report(loader->source, FINDING_CONFIG_MISSING, mark, option->path, NULL, "%s needs %s: %s.",
			      block->node->key != NULL ? block->node->key->text : "The file", option_key(option),
			      option->help);
		return ERR_OK;
	}
	if (node == NULL) {
		int err = add_default(loader, block, option, &node);
		/* A service's transport was copied from the general one when the service began. */
		if (err != ERR_OK || node == NULL || strcmp(block->path, SERVICE_TRANSPORT) == 0)
			return err;
	}
	int err = kind_read(loader, option, node, (uint8_t *)block->holder + option->offset);
	return err == ERR_FINDINGS ? ERR_OK : err;
}

static int read_block(struct loader *loader, const struct block *block)
{
	int err = ERR_OK;
	check_keys(loader, block);
	for (size_t i = 0; err == ERR_OK && i < option_count; i++) {
		if (option_is_child(&option_rows[i], block->path))
			err = read_option(loader, block, &option_rows[i]);
	}
	return err;
}

/* run-dir and state-dir when the file is silent: systemd's folder, else one beside the file. */
static int fill_folder(struct loader *loader, const char *key, const char *variable, const char *beside,
		       const char **folder)
{
	struct yaml_node *node = yaml_find(loader->tree, "node");
	if (*folder != NULL || node == NULL || node->kind != YAML_MAP)
		return ERR_OK;
	const char *given = getenv(variable);
	bool is_given = given != NULL && given[0] == '/' && strchr(given, ':') == NULL;
	*folder = loader_path(loader, is_given ? given : beside);
	return *folder != NULL && yaml_add(loader->arena, node, key, is_given ? *folder : beside) != NULL ? ERR_OK
													   : -ENOMEM;
}

static int fill_socket(struct loader *loader)
{
	struct text path = {0};
	text_addf(&path, "%s/control.sock", loader->config->run_dir);
	loader->config->socket_path = path.is_failed ? NULL : arena_text(loader->arena, text_string(&path), path.size);
	text_free(&path);
	return loader->config->socket_path != NULL ? ERR_OK : -ENOMEM;
}

static int fill_environment(struct loader *loader)
{
	struct config *config = loader->config;
	int err = fill_folder(loader, "run-dir", "RUNTIME_DIRECTORY", "run", &config->run_dir);
	if (err == ERR_OK)
		err = fill_folder(loader, "state-dir", "STATE_DIRECTORY", "state", &config->state_dir);
	const char *format = getenv("SEXTANT_LOG_FORMAT");
	if (err != ERR_OK || format == NULL || format[0] == '\0')
		return err;
	config->is_log_json = strcmp(format, "json") == 0;
	if (!config->is_log_json && strcmp(format, "text") != 0)
		source_report(loader->source, FINDING_CONFIG_VALUE, (struct mark){0}, "SEXTANT_LOG_FORMAT",
			      "set it to json or text, or unset it",
			      "The environment variable SEXTANT_LOG_FORMAT is \"%.40s\"; it wants json or text.",
			      format);
	return ERR_OK;
}

static int load(struct loader *loader)
{
	struct block root = {.path = "", .holder = loader->config};
	int err = yaml_read(loader->source, loader->arena, &root.node);
	if (err != ERR_OK)
		return err;
	loader->tree = root.node;
	loader->config->tree = root.node;
	if (root.node->kind != YAML_MAP) {
		source_report(loader->source, FINDING_CONFIG_SYNTAX, root.node->mark, NULL, "start with version: 1",
			      "A configuration is a block of keys.");
		return ERR_SYNTAX;
	}
	err = read_block(loader, &root);
	if (err == ERR_OK)
		err = fill_environment(loader);
	if (err == ERR_OK)
		err = secrets_read(loader);
	if (err == ERR_OK)
		err = sites_fill(loader);
	if (err == ERR_OK)
		err = alerts_fill(loader);
	if (err == ERR_OK)
		err = history_fill(loader);
	if (err == ERR_OK)
		err = resolvers_fill(loader);
	if (err == ERR_OK)
		err = watch_fill(loader);
	if (err == ERR_OK)
		err = config_check(loader);
	if (err == ERR_OK && loader->source->error_count > 0)
		return ERR_FINDINGS;
	if (err == ERR_OK && loader->options != NULL && loader->options->is_lab)
		err = lab_apply(loader);
	if (err == ERR_OK)
		err = loops_check(loader);
	if (err == ERR_OK && loader->source->error_count > 0)
		return ERR_FINDINGS;
	return err == ERR_OK ? fill_socket(loader) : err;
}

/* The folder of a path; "." when it names none. */
static char *folder_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL)
		return arena_text(arena, ".", 1);
	return arena_text(arena, path, slash == path ? 1 : (size_t)(slash - path));
}

int config_load_text(const char *path, struct span text, const struct config_load_options *options,
		     struct finding_list *findings, struct config **ret)
{
	struct arena *arena = arena_new(ARENA_CHUNK);
	if (arena == NULL)
		return -ENOMEM;
	struct source source = {.file = path, .text = text, .findings = findings};
	struct config *config = arena_alloc_zeroed(arena, sizeof(*config), _Alignof(struct config));
	struct loader loader = {.source = &source, .arena = arena, .config = config, .options = options};
	loader.folder = folder_of(arena, path);
	int err = -ENOMEM;
	if (config != NULL && loader.folder != NULL) {
		config->arena = arena;
		config->path = arena_text(arena, path, strlen(path));
		if (config->path != NULL)
			err = load(&loader);
	}
	if (err != ERR_OK) {
		if (config != NULL)
			alerts_release(&config->alerts);
		arena_free(arena);
		return err;
	}
	*ret = config;
	return ERR_OK;
}

static int read_file(const char *path, struct text *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	char buffer[8192];
	ssize_t size;
	while ((size = read(fd, buffer, sizeof(buffer))) > 0 && ret->size <= YAML_SIZE_MAX)
		text_add_size(ret, buffer, (size_t)size);
	int err = size < 0 ? -errno : ret->is_failed ? -ENOMEM : ERR_OK;
	close(fd);
	return err;
}

int config_load(const char *path, const struct config_load_options *options, struct finding_list *findings,
		struct config **ret)
{
	struct text text = {0};
	int err = read_file(path, &text);
	if (err == ERR_OK)
		err = config_load_text(path, span_of(text_string(&text), text.size), options, findings, ret);
	text_free(&text);
	return err;
}

const char *config_socket_path(const struct config *config)
{
	return config->socket_path;
}

void config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < config->key_count; i++)
		explicit_bzero(config->keys[i].secret, config->keys[i].secret_size);
	alerts_release(&config->alerts);
	if (config->dashboard.token != NULL)
		explicit_bzero(config->dashboard.token, strlen(config->dashboard.token));
	arena_free(config->arena);
}
