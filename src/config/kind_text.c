/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/list.h"

#include "dnssec/anchors.h"

#include <errno.h>
#include <string.h>

static int item_name(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret)
{
	struct name name;
	int err = item_check(loader, option, item);
	if (err != ERR_OK)
		return err;
	err = loader_name(loader, item->text, &name);
	if (err == ERR_OK)
		memcpy(ret, &name, sizeof(name));
	return err == ERR_OK || err == -ENOMEM ? err : kind_refuse(loader, option, item);
}

static int item_path(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret)
{
	if (item_check(loader, option, item) != ERR_OK)
		return ERR_FINDINGS;
	if (!text_is_printable(item->text))
		return kind_refuse(loader, option, item);
	const char *path = loader_path(loader, item->text);
	memcpy(ret, &path, sizeof(path));
	return path != NULL ? ERR_OK : -ENOMEM;
}

/* Is the text one record that can be trusted? Kept as text: who trusts it reads it again. */
static int item_anchor(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret)
{
	if (item_check(loader, option, item) != ERR_OK)
		return ERR_FINDINGS;
	struct anchors *anchors = anchors_new();
	int err = anchors != NULL ? anchors_add_text(anchors, span_text(item->text)) : -ENOMEM;
	anchors_free(anchors);
	if (err == ERR_OK)
		memcpy(ret, &item->text, sizeof(item->text));
	if (err == ERR_OK || err == -ENOMEM)
		return err;
	source_report(loader->source, FINDING_CONFIG_ANCHOR, item->mark, option->path,
		      "write the whole record: \". IN DS 20326 8 2 E06D...\"", "\"%.60s%s\": %s.", item->text,
		      strlen(item->text) > 60 ? "..." : "",
		      err == ERR_UNSUPPORTED ? "only DS and DNSKEY records are trust anchors"
					     : "this is no DS or DNSKEY record");
	return ERR_FINDINGS;
}

int read_names(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	static const struct item_reader reader = {sizeof(struct name), item_name};
	return list_read(loader, option, node, &reader, member);
}

int read_paths(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	static const struct item_reader reader = {sizeof(const char *), item_path};
	return list_read(loader, option, node, &reader, member);
}

int read_anchors(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	static const struct item_reader reader = {sizeof(const char *), item_anchor};
	return list_read(loader, option, node, &reader, member);
}
